using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using nanoFramework.TestFramework;

namespace NanoLibp2p.NFUnitTest.Tests;

/// <summary>
/// Runs tests of the device's framework as nanoFramework.UnitTestLauncher does, one at a time: the class's [Setup], the test, the class's
/// [Cleanup], all without an object.
/// </summary>
internal static class Launcher
{
    /// <summary>The names of all tests in an assembly's classes, with their class.</summary>
    public static IEnumerable<string> Find(Assembly assembly, string folder) =>
        from type in assembly.GetTypes()
        where type.Namespace == folder && type.GetCustomAttribute<TestClassAttribute>() is not null
        from method in Marked<TestMethodAttribute>(type)
        select $"{type.FullName}.{method.Name}";

    /// <summary>Runs one, and throws what it throws.</summary>
    public static void Run(Assembly assembly, string name)
    {
        int dot = name.LastIndexOf('.');
        Type type = assembly.GetType(name[..dot], throwOnError: true);
        Call(Marked<SetupAttribute>(type));
        try
        {
            Call([Marked<TestMethodAttribute>(type).Single(method => method.Name == name[(dot + 1)..])]);
        }
        finally
        {
            Call(Marked<CleanupAttribute>(type));
        }
    }

    private static MethodInfo[] Marked<T>(Type type)
        where T : Attribute => [.. type.GetMethods().Where(method => method.GetCustomAttribute<T>() is not null)];

    private static void Call(MethodInfo[] methods)
    {
        foreach (MethodInfo method in methods)
        {
            method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, null, null);
        }
    }
}
