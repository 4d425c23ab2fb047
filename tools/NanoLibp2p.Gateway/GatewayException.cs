using System;

namespace NanoLibp2p.Gateway;

/// <summary>A gateway can't do what was asked. The message is one sentence for who runs it: what happened, with which value, what to
/// do.</summary>
public sealed class GatewayException : Exception
{
    internal GatewayException(string sentence, bool isConfiguration = false, Exception? inner = null)
        : base(sentence, inner)
    {
        IsConfiguration = isConfiguration;
    }

    /// <summary>Whether settings, files or arguments are wrong; false when what they say was tried and failed.</summary>
    public bool IsConfiguration { get; }
}
