using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>What both sides of libp2p's peer id authentication write and sign (libp2p specs, http/peer-id-auth.md r1).</summary>
internal static class PeerIdAuth
{
    /// <summary>The scheme of RFC 9110, section 11.1.</summary>
    internal const string Scheme = "libp2p-PeerID";

    /// <summary>The protocol that /.well-known/libp2p/protocols names.</summary>
    internal const string Protocol = "/http-peer-id-auth/1.0.0";

    internal const string ChallengeClient = "challenge-client";
    internal const string ChallengeServer = "challenge-server";
    internal const string PublicKeyName = "public-key";
    internal const string Signature = "sig";
    internal const string Opaque = "opaque";
    internal const string Bearer = "bearer";
    internal const string Expires = "expires";

    /// <summary>Characters of the longest header that is read (section "Considerations for Implementations").</summary>
    internal const int MaxHeader = 2048;

    /// <summary>Characters of a challenge: go-libp2p wants at least as many.</summary>
    internal const int LeastChallenge = 32;

    private static readonly char[] _ends = [',', ' ', '\t'];

    private const string Hostname = "hostname";
    private const int MaxParameters = 8;

    /// <summary>Reads the parameters behind the scheme (RFC 9110, section 11.2): names with quoted texts or tokens.</summary>
    /// <returns>Null when it is too long, says a thing twice, or is malformed.</returns>
    internal static Dictionary<string, string>? Parse(string? text)
    {
        if (text == null || text.Length > MaxHeader)
        {
            return null;
        }

        Dictionary<string, string> found = new(StringComparer.OrdinalIgnoreCase);
        int at = 0;
        while (true)
        {
            SkipBlanks(text, ref at);
            int equals = text.IndexOf('=', at);
            if (equals <= at || !text[at..equals].All(one => char.IsAsciiLetter(one) || one == '-') || found.Count == MaxParameters)
            {
                return null;
            }

            string name = text[at..equals];
            at = equals + 1;
            if (!TryReadValue(text, ref at, out string? value) || !found.TryAdd(name, value))
            {
                return null;
            }

            SkipBlanks(text, ref at);
            if (at == text.Length)
            {
                return found;
            }

            if (text[at++] != ',')
            {
                return null;
            }
        }
    }

    /// <summary>Writes scheme and parameters; those that are null are left out.</summary>
    internal static string Write(params (string Name, string? Value)[] parameters)
        => $"{Scheme} {string.Join(", ", parameters.Where(one => one.Value != null).Select(one => $"{one.Name}=\"{one.Value}\""))}";

    /// <summary>The bytes of a base64url text, with padding or without; null when it is none.</summary>
    internal static byte[]? Decode(string? text) => text != null && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    /// <summary>Bytes as base64url, with its padding, which go-libp2p does not do without.</summary>
    internal static string Encode(ReadOnlySpan<byte> bytes)
    {
        string text = Base64Url.EncodeToString(bytes);
        return text.PadRight((text.Length + 3) / 4 * 4, '=');
    }

    /// <summary>What a client signs: that it means this server under this name.</summary>
    internal static byte[] ClientSigns(string challenge, byte[] serverKey, string hostname)
        => ToSign((ChallengeClient, Utf8(challenge)), ("server-public-key", serverKey), (Hostname, Utf8(hostname)));

    /// <summary>What a server signs: that it has heard this client under this name.</summary>
    internal static byte[] ServerSigns(string challenge, byte[] clientKey, string hostname)
        => ToSign((ChallengeServer, Utf8(challenge)), ("client-public-key", clientKey), (Hostname, Utf8(hostname)));

    /// <summary>Signs as an identity.</summary>
    internal static string Sign(Identity identity, byte[] message)
    {
        byte[] signature = new byte[64];
        identity.Sign(DesktopCrypto.Choose(), message, 0, message.Length, signature, 0);
        return Encode(signature);
    }

    /// <summary>Whether a key, in the form of peer ids, signed a message.</summary>
    internal static bool Verify(byte[] key, byte[] message, byte[] signature)
    {
        int type = PublicKey.Parse(key, 0, key.Length, out int data);
        byte[] buffer = [.. key, .. signature];
        return type != PublicKey.Malformed && Identity.Verify(DesktopCrypto.Choose(), new DesktopVerifier(), type, buffer, data,
            key.Length - data, key.Length, signature.Length, message, message.Length) == IdentityResult.Valid;
    }

    /// <summary>The peer of a key; null when it is no key.</summary>
    internal static PeerId? PeerOf(byte[]? key)
        => key == null || PublicKey.Parse(key, 0, key.Length, out _) == PublicKey.Malformed ? null
            : PeerId.FromPublicKey(key, 0, key.Length, DesktopCrypto.Choose());

    // section "Signing": sorted by name, each behind its length
    private static byte[] ToSign(params (string Name, byte[] Value)[] parameters)
    {
        using MemoryStream all = new();
        all.Write(Encoding.ASCII.GetBytes(Scheme));
        byte[] length = new byte[Varint.MaxBytes];
        foreach ((string name, byte[] value) in parameters.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            all.Write(length, 0, Varint.Write((ulong)(name.Length + 1 + value.Length), length, 0));
            all.Write(Encoding.ASCII.GetBytes(name + "="));
            all.Write(value);
        }

        return all.ToArray();
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static void SkipBlanks(string text, ref int at)
    {
        while (at < text.Length && text[at] is ' ' or '\t')
        {
            at++;
        }
    }

    private static bool TryReadValue(string text, ref int at, [NotNullWhen(true)] out string? value)
    {
        value = null;
        bool isQuoted = at < text.Length && text[at] == '"';
        int begin = isQuoted ? at + 1 : at;
        int end = isQuoted ? text.IndexOf('"', begin) : text.IndexOfAny(_ends, begin) is >= 0 and int found ? found : text.Length;
        if (end < begin || !text[begin..end].All(one => one is > ' ' and <= '~' and not '\\'))
        {
            return false;
        }

        value = text[begin..end];
        at = isQuoted ? end + 1 : end;
        return true;
    }
}
