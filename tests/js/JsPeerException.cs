using System;

namespace NanoLibp2p.JsPeers;

/// <summary>A js program refused a command, ended before its time, or didn't say what was waited for.</summary>
public sealed class JsPeerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What happened, with what the program last wrote to stderr.</param>
    /// <param name="name">The js error's name, such as <c>EncryptionFailedError</c>; empty if it was not js that complained.</param>
    public JsPeerException(string message, string name = "")
        : base(message)
    {
        Name = name;
    }

    /// <summary>The js error's name, such as <c>EncryptionFailedError</c>; empty if it was not js that complained.</summary>
    public string Name { get; }
}
