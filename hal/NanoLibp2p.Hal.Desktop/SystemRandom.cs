using System;
using System.Security.Cryptography;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>The operating system's random bytes.</summary>
public sealed class SystemRandom : IRandom
{
    /// <inheritdoc/>
    public void Fill(byte[] buffer, int offset, int count) => RandomNumberGenerator.Fill(buffer.AsSpan(offset, count));
}
