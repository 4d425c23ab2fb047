using System;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client.Exchange;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Client;

/// <summary>Tokens, with which a recipient lets others write to it (SPEC.md 7.2, 9.2).</summary>
public static class MailToken
{
    /// <summary>The longest token, in bytes.</summary>
    public const int MaxBytes = 256;

    /// <summary>Signs one.</summary>
    /// <param name="identity">The recipient's.</param>
    /// <param name="holder">Who may use it; null for whoever has it, every gateway that sees it included.</param>
    /// <param name="expires">When it ends.</param>
    /// <param name="lane">1 to 3, and 1 where there is no holder: of the mailbox, as many quarters and one more.</param>
    /// <param name="priority">0 to 3: the highest that it may ask for.</param>
    /// <param name="epoch">The mailbox's <see cref="MailboxOptions.TokenEpoch"/>.</param>
    /// <returns>The token, at most 190 bytes.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Lane, priority or epoch is none.</exception>
    public static byte[] Sign(Identity identity, PeerId? holder, DateTimeOffset expires, int lane = 1, int priority = 0, int epoch = 0)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentOutOfRangeException.ThrowIfLessThan(lane, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lane, holder == null ? 1 : 3);
        ArgumentOutOfRangeException.ThrowIfNegative(priority);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(priority, 3);
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        PostboxClient client = PostboxExchange.Make(identity, new PostboxOptions(), new MemoryStore(), new Nothing());
        PostboxSender sender = new(client, new PostboxSenderOptions { TokenEpoch = epoch });
        byte[] token = new byte[MaxBytes];
        int count = sender.WriteToken(holder!, (uint)expires.ToUnixTimeSeconds(), lane, priority, token, 0);
        (client.Node.Crypto as IDisposable)?.Dispose();
        return count > 0 ? token[..count] : throw new InvalidDataException($"the token could not be signed (code {count})");
    }

    private sealed class Nothing : PostboxEvents
    {
        public override void OnMail(PostboxClient client, Mail mail)
        {
        }
    }
}
