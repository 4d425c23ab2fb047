using System.Collections.Generic;

namespace nanoFramework.TestFramework;

/// <summary>What the device's tests use of nanoFramework.TestFramework's Assert, said to xunit's.</summary>
internal static class Assert
{
    public static void IsTrue(bool condition, string message = "") => Xunit.Assert.True(condition, Told(message));

    public static void IsFalse(bool condition, string message = "") => Xunit.Assert.False(condition, Told(message));

    public static void IsNull(object value, string message = "") => Xunit.Assert.True(value is null, Told(message));

    public static void IsNotNull(object value, string message = "") => Xunit.Assert.True(value is not null, Told(message));

    public static void AreEqual(int expected, int actual, string message = "") => Same(expected, actual, message);

    public static void AreEqual(uint expected, uint actual, string message = "") => Same(expected, actual, message);

    public static void AreEqual(long expected, long actual, string message = "") => Same(expected, actual, message);

    public static void AreEqual(ulong expected, ulong actual, string message = "") => Same(expected, actual, message);

    public static void AreEqual(string expected, string actual, string message = "") => Same(expected, actual, message);

    public static void AreNotEqual(int notExpected, int actual) => Xunit.Assert.NotEqual(notExpected, actual);

    public static void SkipTest(string message) => Xunit.Assert.Skip(message);

    private static void Same<T>(T expected, T actual, string message)
    {
        if (message.Length == 0)
        {
            Xunit.Assert.Equal(expected, actual);
        }
        else
        {
            Xunit.Assert.True(EqualityComparer<T>.Default.Equals(expected, actual), $"Expected:<{expected}>. Actual:<{actual}>. {message}");
        }
    }

    // xunit has words of its own where there is no message
    private static string Told(string message) => message.Length == 0 ? null : message;
}
