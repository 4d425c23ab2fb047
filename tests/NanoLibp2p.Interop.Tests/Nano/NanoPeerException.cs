using System;

namespace NanoLibp2p.Interop.Tests;

/// <summary>Our node didn't do what a test asked of it.</summary>
public sealed class NanoPeerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="end">How the connection ended, if that is why.</param>
    public NanoPeerException(string message, NanoEnd? end = null)
        : base(end == null ? message : $"{message}: {end.Reason} ({end.Detail})")
    {
        End = end;
    }

    /// <summary>How the connection ended, if that is why.</summary>
    public NanoEnd? End { get; }
}
