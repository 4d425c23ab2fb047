using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>A card of frame sessions as text, with the static key that it signs: what gateway and device are told of each other before they
/// meet on a radio. No secret.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Card">The card.</param>
/// <param name="StaticKey">The static key.</param>
internal sealed record RadioCard(PeerId Peer, byte[] Card, byte[] StaticKey)
{
    /// <summary>How one begins.</summary>
    internal const string Prefix = "nlcard1.";

    /// <summary>That of an identity.</summary>
    /// <param name="identity">Whose.</param>
    /// <param name="crypto">Signs.</param>
    /// <param name="index">The index of the static key: one more for each that was replaced.</param>
    internal static RadioCard Of(Identity identity, CryptoProvider crypto, int index = 0)
    {
        KeyPair key = new();
        new FrameSecrets(crypto).DeriveStatic(identity, index, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(crypto).Write(identity, index, key, card, 0);
        return new RadioCard(identity.PeerId, card, [.. key.PublicKey]);
    }

    /// <summary>Reads and verifies one.</summary>
    /// <exception cref="FormatException">It is none, or somebody changed it.</exception>
    internal static RadioCard Parse(string text, CryptoProvider crypto)
    {
        byte[] bytes = new byte[FrameCard.CardBytes + CryptoProvider.KeyBytes];
        string digits = text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text[Prefix.Length..].Replace('-', '+').Replace('_', '/') : "";
        if (digits.Length > 4 * bytes.Length || !Convert.TryFromBase64String(digits.PadRight((digits.Length + 3) / 4 * 4, '='), bytes,
            out int count) || count != bytes.Length)
        {
            throw new FormatException($"'{(text.Length > 24 ? text[..24] + "..." : text)}' is no card; one begins with {Prefix} and has "
                + $"{Prefix.Length + (((FrameCard.CardBytes + CryptoProvider.KeyBytes) * 4 + 2) / 3)} characters");
        }

        byte[] card = bytes[..FrameCard.CardBytes];
        byte[] key = bytes[FrameCard.CardBytes..];
        return new FrameCard(crypto).Verify(card, 0, key, 0)
            ? new RadioCard(PeerId.FromEd25519(card, FrameCard.KeyAt + 4), card, key)
            : throw new FormatException($"the signature of card '{text[..24]}...' is wrong: it was changed on its way; copy it anew");
    }

    /// <inheritdoc/>
    public override string ToString()
        => Prefix + Convert.ToBase64String([.. Card, .. StaticKey]).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
