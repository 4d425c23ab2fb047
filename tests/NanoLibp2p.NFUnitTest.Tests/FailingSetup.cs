using System;
using nanoFramework.TestFramework;

namespace NanoLibp2p.NFUnitTest.Tests;

/// <summary>A test in the device's manner that would pass, in a class that can't be set up.</summary>
[TestClass]
public class FailingSetup
{
    [Setup]
    public static void Begin() => throw new InvalidOperationException("no pair");

    [TestMethod]
    public static void A_test() => Assert.IsTrue(true);
}
