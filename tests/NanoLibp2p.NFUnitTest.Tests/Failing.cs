using System;
using nanoFramework.TestFramework;

namespace NanoLibp2p.NFUnitTest.Tests;

/// <summary>Tests in the device's manner that fail, to see that their failing is told.</summary>
[TestClass]
public class Failing
{
    public static bool CleanedUp { get; private set; }

    [Setup]
    public static void Begin() => CleanedUp = false;

    [TestMethod]
    public static void An_assertion_that_does_not_hold() => Assert.IsTrue(CleanedUp, "10 was asked for");

    [TestMethod]
    public static void An_answer_that_differs() => Assert.AreEqual("ff", "fe");

    [TestMethod]
    public static void An_exception_of_the_code() => throw new InvalidOperationException("of the code");

    [Cleanup]
    public static void End() => CleanedUp = true;
}
