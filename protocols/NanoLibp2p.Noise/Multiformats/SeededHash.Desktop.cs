#if NET
using System;
using System.Runtime.InteropServices;

namespace NanoLibp2p.Multiformats
{
    /// <summary>A hash of bytes that peers choose: .NET's own of strings, whose seed is the process's, so that nobody outside can make many
    /// that collide.</summary>
    internal static class SeededHash
    {
        internal static int Of(ReadOnlySpan<byte> bytes)
        {
            int hash = string.GetHashCode(MemoryMarshal.Cast<byte, char>(bytes));

            // the cast leaves out the last of an odd number
            return (bytes.Length & 1) == 0 ? hash : unchecked(hash * 31 + bytes[bytes.Length - 1]);
        }
    }
}
#endif
