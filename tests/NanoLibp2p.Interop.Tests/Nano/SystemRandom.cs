using System;
using System.Security.Cryptography;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The operating system's random bytes.</summary>
internal sealed class SystemRandom : IRandom
{
    public void Fill(byte[] buffer, int offset, int count) => RandomNumberGenerator.Fill(buffer.AsSpan(offset, count));
}
