using System;
using System.Buffers.Text;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;

namespace NanoLibp2p.Cli;

/// <summary>What a file is that was given as a key and can't be used, in the words of who made it.</summary>
internal static class KeyKind
{
    private const int OlderBytes = Identity.ProtobufBytes + 32;
    private const int BareKeyBytes = 64;

    // the tag and length of libp2p's PrivateKey and PublicKey messages: field 1 is the type, field 2 the data (peer-ids spec, "Keys")
    private const byte TypeTag = 0x08;
    private const byte DataTag = 0x12;

    // ASN.1's SEQUENCE, with which every DER key begins
    private const byte DerSequence = 0x30;

    // object identifiers in DER: RFC 8410 3, RFC 8017 A.1, SEC 2 A.2, RFC 5480 2.1.1; the curve before its family
    private static readonly (string Name, byte[] Identifier)[] _algorithms =
    [
        ("Ed25519", [0x06, 0x03, 0x2B, 0x65, 0x70]),
        ("RSA", [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]),
        ("secp256k1", [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x0A]),
        ("ECDSA", [0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]),
    ];

    // key types of OpenSSH, as they stand in its files in clear
    private static readonly string[] _sshTypes =
        ["ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-dss"];

    /// <summary>Names what it is, such as "an RSA private key in libp2p's protobuf form".</summary>
    internal static string Describe(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [] => "it is empty",
        [TypeTag, var type, DataTag, ..] => "it is " + DescribeMessage(bytes, type),
        _ when IsText(bytes) => "it is " + DescribeText(Encoding.ASCII.GetString(bytes).Trim()),
        [DerSequence, >= 0x20, ..] => $"it is {OfAlgorithm(bytes)} key in DER form",
        _ when !bytes.ContainsAnyExcept((byte)0) => $"its {bytes.Length} bytes are all 0, as after a power cut while it was written",
        { Length: Keys.SeedBytes } => "its 32 bytes may be a bare seed; make the key of one with: key new --seed HEX",
        { Length: BareKeyBytes } => "its 64 bytes may be a bare Ed25519 key; put 08 01 12 40 before it",
        { Length: Identity.ProtobufBytes } => "it is as long as one, but damaged: it does not begin with 08 01 12 40",
        _ => $"it is {bytes.Length} bytes of something else",
    };

    // The length that the message states is one byte below 128, else two.
    private static string DescribeMessage(ReadOnlySpan<byte> bytes, int type)
    {
        int at = bytes.Length > 3 && bytes[3] >= 0x80 ? 5 : 4;
        int stated = bytes.Length < at ? -1 : at == 4 ? bytes[3] : (bytes[3] & 0x7F) | bytes[4] << 7;
        ReadOnlySpan<byte> data = bytes.Length < at ? [] : bytes[at..];
        string name = type switch
        {
            0 => "an RSA",
            1 => "an Ed25519",
            2 => "a secp256k1",
            3 => "an ECDSA",
            _ => $"a key of the unknown type {type}, no",
        };
        if (data.Length != stated)
        {
            return data.Length < stated || stated < 0
                ? $"{name} key, damaged: it was cut short to {bytes.Length} of {(stated < 0 ? "more" : at + stated)} bytes"
                : $"{name} key, damaged: {data.Length - stated} bytes stand behind it";
        }
        bool isPublic = type switch
        {
            // PKCS #1's private key begins with its version, PKIX with a sequence
            0 => !(data is [DerSequence, _, _, _, 0x02, 0x01, 0x00, ..] or [DerSequence, _, _, 0x02, 0x01, 0x00, ..]),
            1 => stated == Keys.SeedBytes,
            2 => stated != 32,
            _ => data.IndexOf(_algorithms[^1].Identifier) is >= 0 and < 8,
        };
        return isPublic
            ? $"{name} public key; the private one is needed"
            : type == 1
                ? bytes.Length is Identity.ProtobufBytes or OlderBytes
                ? "a damaged Ed25519 key: its two halves do not belong together" : $"an Ed25519 key of {stated} bytes, where 64 are right"
                : $"{name} private key in libp2p's protobuf form, and only Ed25519 ones are used here";
    }

    private static string DescribeText(string text)
    {
        const string Begin = "-----BEGIN ";
        if (text.StartsWith(Begin, StringComparison.Ordinal))
        {
            string label = text[Begin.Length..].Split('-')[0];
            byte[] inner =
                FromBase64(string.Concat(text.Split('\n').Skip(1).Where(line => !line.StartsWith("-----", StringComparison.Ordinal))));
            string type = _sshTypes.FirstOrDefault(one => inner.AsSpan().IndexOf(Encoding.ASCII.GetBytes(one)) >= 0) ?? "";
            return label switch
            {
                "OPENSSH PRIVATE KEY" => $"an OpenSSH private key{(type.Length > 0 ? $" ({type})" : "")}",
                "RSA PRIVATE KEY" => "an RSA private key in PEM form",
                "EC PRIVATE KEY" => $"{(OfAlgorithm(inner) is "a secp256k1" ? "a secp256k1" : "an ECDSA")} private key in PEM form",
                "PRIVATE KEY" => $"{OfAlgorithm(inner)} private key in PEM form",
                "ENCRYPTED PRIVATE KEY" => "an encrypted private key in PEM form",
                "PUBLIC KEY" => $"{OfAlgorithm(inner)} public key in PEM form; the private one is needed",
                _ => $"a PEM file ({SafeText.Printable(label)})",
            };
        }
        if (_sshTypes.FirstOrDefault(one => text.StartsWith(one + " ", StringComparison.Ordinal)) is { } ssh)
        {
            return $"an OpenSSH public key ({ssh}); the private one is needed, in libp2p's form";
        }
        if (text.StartsWith('{'))
        {
            return "JSON text; of a key in it only its bytes are wanted, base64 decoded";
        }
        if (text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
        {
            return text.Length == 2 * Keys.SeedBytes
                ? "64 hexadecimal digits, such as a seed; make its key with: key new --seed HEX"
                : $"text in hexadecimal digits; {Inner(Convert.FromHexString(text))}turn it into bytes with: xxd -r -p";
        }
        byte[] decoded = FromBase64(text);
        return decoded.Length > 0 ? $"text in base64; {Inner(decoded)}turn it into bytes with: base64 -d" : "text of another kind";
    }

    private static string Inner(ReadOnlySpan<byte> bytes) => bytes is [TypeTag, 1, DataTag, 0x40, ..]
        && bytes.Length == Identity.ProtobufBytes
        ? "behind it is an Ed25519 key: "
        : bytes is [TypeTag, var type and not 1, DataTag, ..] ? $"behind it is {DescribeMessage(bytes, type)}; " : "";

    private static string OfAlgorithm(ReadOnlySpan<byte> der)
    {
        foreach ((string name, byte[] identifier) in _algorithms)
        {
            if (der.IndexOf(identifier) >= 0)
            {
                return name is "secp256k1" ? "a " + name : "an " + name;
            }
        }
        // PKCS #1 names no algorithm: a version, then the modulus
        return der is [DerSequence, _, _, _, 0x02, 0x01, 0x00, 0x02, ..] ? "an RSA" : "an unknown";
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        foreach (byte one in bytes)
        {
            if (one is not ((>= 0x20 and <= 0x7E) or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return false;
            }
        }
        return true;
    }

    private static byte[] FromBase64(string text)
    {
        string joined = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        return joined.Length > 0 && Base64.IsValid(joined) ? Convert.FromBase64String(joined) : [];
    }
}
