using System;
using System.Security.Cryptography;

namespace NanoLibp2p.Crypto.Desktop;

/// <summary>
/// The base class library's ChaCha20-Poly1305 with the key that was used last: for large records the fastest there is, but a new key
/// takes a microsecond and an object, so that one connection's bulk gains and a change between many loses little.
/// </summary>
internal sealed class LargeBox : IDisposable
{
    /// <summary>From here on it is faster than libsodium even with a new key.</summary>
    internal const int FromBytes = 4096;

    // the longest record of libp2p's Noise
    private const int RecordBytes = 65535;

    private readonly byte[] _key = new byte[CryptoProvider.KeyBytes];
    private ChaCha20Poly1305? _box;
    private byte[] _plain = [];

    internal static bool Available { get; } = ChaCha20Poly1305.IsSupported;

    internal ChaCha20Poly1305 With(ReadOnlySpan<byte> wanted)
    {
        if (_box == null || !CryptographicOperations.FixedTimeEquals(wanted, _key))
        {
            _box?.Dispose();
            wanted.CopyTo(_key);
            _box = new ChaCha20Poly1305(_key);
        }

        return _box;
    }

    /// <summary>Opens in place. With a wrong tag the bytes stay as they were.</summary>
    internal bool Open(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> nonce, Span<byte> bytes, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> ad)
    {
        if (_plain.Length < bytes.Length)
        {
            _plain = new byte[Math.Max(bytes.Length, RecordBytes)];
        }

        try
        {
            // aside, since where it finds the tag wrong it clears what it has written
            With(wanted).Decrypt(nonce, bytes, tag, _plain.AsSpan(0, bytes.Length), ad);
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }

        _plain.AsSpan(0, bytes.Length).CopyTo(bytes);
        return true;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_plain);
        _box?.Dispose();
        _box = null;
        CryptographicOperations.ZeroMemory(_key);
    }
}
