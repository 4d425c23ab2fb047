using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using nanoFramework.TestFramework;
using Xunit;
using Xunit.Sdk;
using Assert = Xunit.Assert;
using TestClassAttribute = nanoFramework.TestFramework.TestClassAttribute;

namespace NanoLibp2p.NFUnitTest.Tests;

/// <summary>The tests that a device runs, run here, and that they keep to what nanoFramework's launcher and adapter can take.</summary>
public sealed class DeviceTestsHere
{
    private const string Folder = "NanoLibp2p.NFUnitTest";

    private static readonly Assembly _assembly = typeof(DeviceTestsHere).Assembly;

    public static TheoryData<string> Tests => [.. Launcher.Find(_assembly, Folder)];

    [Theory]
    [MemberData(nameof(Tests))]
    public void A_test_of_the_device_passes_here(string name) => Launcher.Run(_assembly, name);

    [Theory]
    [InlineData("An_assertion_that_does_not_hold", "10 was asked for")]
    [InlineData("An_answer_that_differs", "Values differ")]
    [InlineData("An_exception_of_the_code", "of the code")]
    public void A_test_that_fails_fails_the_run(string name, string message)
    {
        Exception failure = Record.Exception(() => Launcher.Run(_assembly, $"{typeof(Failing).FullName}.{name}"));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.True(failure is XunitException or InvalidOperationException);
        Assert.True(Failing.CleanedUp);
    }

    [Fact]
    public void A_class_whose_setup_fails_passes_no_test() =>
        Assert.Throws<InvalidOperationException>(() =>
            Launcher.Run(_assembly, $"{typeof(FailingSetup).FullName}.{nameof(FailingSetup.A_test)}"));

    [Fact]
    public void Every_test_of_the_sources_is_run()
    {
        int written = Sources().Sum(source => Regex.Count(source, @"\[TestMethod\]"));

        Assert.Equal(written, Tests.Count);
        Assert.True(written > 0);
    }

    [Fact]
    public void A_test_is_what_the_launcher_calls_a_public_method_that_needs_no_object_and_no_argument()
    {
        MethodInfo[] marked = [.. _assembly.GetTypes().Where(type => type.Namespace == Folder)
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance))
            .Where(method => method.GetCustomAttributes()
                .Any(attribute => attribute.GetType().Namespace == typeof(TestMethodAttribute).Namespace))];

        Assert.NotEmpty(marked);
        Assert.All(marked, method =>
        {
            Assert.True(method.IsPublic && method.IsStatic && method.DeclaringType.IsPublic, method.Name);
            Assert.Equal(typeof(void), method.ReturnType);
            Assert.Empty(method.GetParameters());
            Assert.NotNull(method.DeclaringType.GetCustomAttribute<TestClassAttribute>());
        });
    }

    /// <summary>
    /// The adapter reads <c>Test failed,name,message</c>, and gives up a line of four parts and the test's result with it. The message
    /// is the last argument of an assertion or, by CallerArgumentExpression, how that is written.
    /// </summary>
    [Fact]
    public void What_a_failing_test_says_has_no_comma_because_the_adapter_splits_at_them()
    {
        string[] said =
            [.. Sources().SelectMany(source => CSharpSyntaxTree.ParseText(source, cancellationToken: TestContext.Current.CancellationToken)
            .GetRoot(TestContext.Current.CancellationToken).DescendantNodes())
            .OfType<InvocationExpressionSyntax>()
            .Where(call => call.Expression.ToString().StartsWith("Assert.", StringComparison.Ordinal))
            .Select(call => call.ArgumentList.Arguments.Last().ToString())];

        Assert.NotEmpty(said);
        Assert.DoesNotContain(said, text => text.Contains(',', StringComparison.Ordinal));
    }

    private static IEnumerable<string> Sources()
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (root.GetFiles("Directory.Nano.targets").Length == 0)
        {
            root = root.Parent;
        }

        return new DirectoryInfo(Path.Combine(root.FullName, "tests", Folder)).GetFiles("*.cs").Select(Text);
    }

    // System.IO.File is the tests' own here
    private static string Text(FileInfo file)
    {
        using StreamReader reader = file.OpenText();
        return reader.ReadToEnd();
    }
}
