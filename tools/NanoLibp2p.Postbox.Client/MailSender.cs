using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client.Storage;
using NanoLibp2p.Postbox.Client.Exchange;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Client;

/// <summary>
/// Sends mail to peers that are asleep or away: seals it, deposits it at a gateway of the recipient's, and tells what became of it. From
/// any thread; one request at a time goes out.
/// </summary>
/// <remarks>
/// A message is sealed once, and is in the file before it leaves: who was killed meanwhile, or got no answer, repeats the same bytes with
/// <see cref="ResendAsync"/>, and the recipient acts on them once (SPEC.md 5.2). A message that is sent anew is another message.
/// </remarks>
/// <example>
/// <code>
/// await using MailSender sender = MailSender.Open(node, identity, "sent.mail");
/// SentMail sent = await sender.SendAsync(valve, "open"u8.ToArray(), new SendOptions { Ttl = TimeSpan.FromMinutes(10) });
/// MailStatus status = await sender.WaitAsync(sent.Id, ct);
/// </code>
/// </example>
public sealed partial class MailSender : IAsyncDisposable
{
    private const int MaxItemBytes = 1 << 20;
    private const int SecretBytes = 32;
    private const string SecretName = "slots";

    private static readonly TimeSpan _longestTtl = TimeSpan.FromDays(30);
    private static readonly TimeSpan _firstLook = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lastLook = TimeSpan.FromSeconds(30);

    private readonly Libp2pNode _node;
    private readonly Identity _identity;
    private readonly MailSenderOptions _options;
    private readonly Outbox _outbox;
    private readonly PostboxExchange _exchange;
    private readonly GatewayDialer _dialer;

    private MailSender(Libp2pNode node, Identity identity, Outbox outbox, MailSenderOptions options)
    {
        _node = node;
        _identity = identity;
        _options = options;
        _outbox = outbox;
        _dialer = new GatewayDialer(node);
        _exchange = new PostboxExchange(node, identity, SmallClient(), new MemoryStore(), options.Time);
    }

    /// <summary>Opens a sender's file, or makes it. Several programs may use it at a time.</summary>
    /// <param name="node">The node that sends.</param>
    /// <param name="identity">The node's identity, by which recipients know the sender.</param>
    /// <param name="path">The file, of this peer alone; its folder must exist.</param>
    /// <param name="options">What it is told; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the identity is not the node's.</exception>
    /// <exception cref="MailException">The file can't be used (StoreFailed).</exception>
    public static MailSender Open(Libp2pNode node, Identity identity, string path, MailSenderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new MailSenderOptions();
        CheckIdentity(node, identity);
        NodeOptions.CheckRange(options.MaxWork, 0, ProofOfWork.MaxBits, nameof(options.MaxWork));
        return new MailSender(node, identity, new Outbox(path), options);
    }

    /// <summary>Seals a message and deposits it at the first gateway that takes it.</summary>
    /// <param name="to">The recipient, a peer with an Ed25519 key.</param>
    /// <param name="body">What is sent.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="cancellationToken">Gives it up. What was sealed by then stays in the file.</param>
    /// <returns>The message's id, and the gateway's receipt.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="MailException">No gateway has taken it; the last one's reason, and in MessageId what to repeat.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<SentMail> SendAsync(PeerId to, ReadOnlyMemory<byte> body, SendOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        options ??= new SendOptions();
        Check(options);
        CheckRecipient(to);
        OutboxItem? sealedItem = null;
        return await AtGatewaysAsync(
            to,
            options.Via,
            async found =>
            {
                if (sealedItem == null)
                {
                    CheckSize(body.Length, options, found);
                    sealedItem = Seal(to, body.Span, options);
                }

                return await DepositAsync(sealedItem, found, options, cancellationToken).ConfigureAwait(false);
            },
            () => sealedItem?.Id,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deposits again what was sealed before, in the same bytes.</summary>
    /// <param name="id">Its id in hex, or the beginning of it, at least 8 digits.</param>
    /// <param name="options">Gateway, token, priority and how long it is kept; null for the defaults.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="MailException">It is not here (NotFound), a later one of its subject was deposited, or no gateway has taken
    /// it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<SentMail> ResendAsync(string id, SendOptions? options = null, CancellationToken cancellationToken = default)
    {
        OutboxItem item = Find(id);
        options ??= new SendOptions();
        Check(options);
        if (item.Item.Length == 0)
        {
            throw new MailException(MailError.Refused, $"{Hex(item)} was delivered, and proved so; there is nothing to repeat");
        }

        if (item.Slot != null && _outbox.InSlot(item.To, item.Slot).Any(one => !one.Id.AsSpan().SequenceEqual(item.Id)))
        {
            throw new MailException(MailError.Refused,
                $"{Hex(item)} is not the only one of its subject, and may not take a later one's place; send the newest text anew");
        }

        return await AtGatewaysAsync(item.To, options.Via, found => DepositAsync(item, found, options, cancellationToken),
            () => item.Id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks what became of a message.</summary>
    /// <param name="id">Its id in hex, or the beginning of it, at least 8 digits.</param>
    /// <param name="via">Where the gateway is, if it has another address now; null for where it was.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="MailException">It was not sent from here (NotFound), or the gateway can't be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<MailStatus> StatusAsync(string id, Multiaddr? via = null, CancellationToken cancellationToken = default)
    {
        OutboxItem item = Find(id);
        MailStatus known = StatusOf(item, item.Fate, item.IsProven, item.Until);
        if ((item.Gateway == null && via == null) || item.IsProven)
        {
            return known;
        }

        PeerId gateway = via != null ? await _dialer.DialAsync(via, cancellationToken).ConfigureAwait(false)
            : await DialAgainAsync(item, cancellationToken).ConfigureAwait(false);
        QueryRequest request = new(item.To, item.Id);
        await AskAsync(gateway, item.To, PostboxClient.AskQuery, request, cancellationToken).ConfigureAwait(false);
        bool isProven = _exchange.Locked(client => IsProof(client, item.ProofKey, request));

        // what the recipient has not proved is the gateway's word, which it may change
        if (isProven || request.Fate != MailFate.Unknown)
        {
            _outbox.Settled(item.Id, request.Fate, isProven);
        }

        return StatusOf(item with { Gateway = gateway }, request.Fate, isProven, request.Until == 0 ? item.Until : request.Until);
    }

    /// <summary>Waits until a message is delivered, or has another end. A gateway that can't be asked is asked again.</summary>
    /// <param name="id">Its id in hex.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its end; Unknown when the gateway has forgotten it, or its time is over.</returns>
    /// <exception cref="MailException">It was not sent from here (NotFound), or the gateway refuses to say.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<MailStatus> WaitAsync(string id, CancellationToken cancellationToken = default)
    {
        TimeSpan pause = _firstLook;
        while (true)
        {
            try
            {
                MailStatus status = await StatusAsync(id, null, cancellationToken).ConfigureAwait(false);
                if (status.IsFinal || status.Fate == MailFate.Unknown || status.KeptUntil < _options.Time.GetUtcNow())
                {
                    return status;
                }
            }
            catch (MailException e) when (e.Error is MailError.Unreachable or MailError.TryLater)
            {
                // it may come back
            }

            await Task.Delay(pause, _options.Time, cancellationToken).ConfigureAwait(false);
            pause = pause * 2 < _lastLook ? pause * 2 : _lastLook;
        }
    }

    /// <summary>
    /// Takes back what waits of this sender for a recipient and subject, sent with <see cref="SendOptions.OnlyLatest"/>. It may have been
    /// delivered before.
    /// </summary>
    /// <param name="to">The recipient.</param>
    /// <param name="subject">The subject.</param>
    /// <param name="via">The gateway; null for those that it was deposited at from here.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How many gateways have done so.</returns>
    /// <exception cref="MailException">There is nothing to take back (NotFound), or no gateway could be asked.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<int> CancelAsync(PeerId to, string subject, Multiaddr? via = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(to);
        ArgumentException.ThrowIfNullOrEmpty(subject);
        CheckRecipient(to);
        byte[] slot = _outbox.InOne(() => Slot(to, Encoding.UTF8.GetBytes(subject)));
        List<Func<Task<PeerId>>> where = via != null ? [() => _dialer.DialAsync(via, cancellationToken)]
            : [.. _outbox.InSlot(to, slot).Where(one => one.Address.Length > 0).DistinctBy(one => one.Gateway)
                .Select(one => (Func<Task<PeerId>>)(() => DialAgainAsync(one, cancellationToken)))];
        if (where.Count == 0)
        {
            throw new MailException(MailError.NotFound,
                $"nothing of the subject '{subject}' was sent from here to {to}; name the gateway to have it look all the same");
        }

        MailException? failure = null;
        int done = 0;
        foreach (Func<Task<PeerId>> dial in where)
        {
            try
            {
                PeerId gateway = await dial().ConfigureAwait(false);
                await AskAsync(gateway, to, PostboxClient.AskDeposit, new DepositRequest(to, null) { Slot = slot }, cancellationToken)
                    .ConfigureAwait(false);
                done++;
            }
            catch (MailException e)
            {
                failure = e;
            }
        }

        return done > 0 ? done : throw failure!;
    }

    /// <summary>As <see cref="CancelAsync(PeerId, string, Multiaddr, CancellationToken)"/>, for all recipients that were sent this
    /// subject from here.</summary>
    /// <returns>How many were.</returns>
    public async Task<int> CancelAsync(string subject, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(subject);
        int done = 0;
        foreach (PeerId to in _outbox.SlotPeers())
        {
            byte[] slot = _outbox.InOne(() => Slot(to, Encoding.UTF8.GetBytes(subject)));
            if (_outbox.InSlot(to, slot).Count > 0)
            {
                await CancelAsync(to, subject, null, cancellationToken).ConfigureAwait(false);
                done++;
            }
        }

        return done > 0 ? done
            : throw new MailException(MailError.NotFound, $"nothing of the subject '{subject}' was sent from here and may still wait");
    }

    /// <summary>The record of a peer that was verified last, of any gateway; null for none.</summary>
    public PeerMailboxes? KnownRecord(PeerId peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        byte[]? envelope = _outbox.Record(peer);
        return _exchange.Locked(client => Statements.OpenRecord(envelope, peer, client.Node.Crypto));
    }

    /// <summary>Asks gateways for the record of a peer: those that are known, then those that <see cref="MailSenderOptions.Find"/>
    /// finds.</summary>
    /// <param name="peer">Whose record; a peer with an Ed25519 key.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Its record, signed by the peer, and naming the gateway that gave it.</returns>
    /// <exception cref="MailException">No gateway is known (NoGateway), or none keeps its mail.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<PeerMailboxes> LocateAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        CheckRecipient(peer);
        return AtGatewaysAsync(peer, null, _ => Task.FromResult(KnownRecord(peer)!), () => null, cancellationToken);
    }

    /// <summary>Lets go of gateways and file. Connections stay the node's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync().ConfigureAwait(false);
        _outbox.Dispose();
    }

    // the gateway that took a message: where it was, else where it is said to be now
    private async Task<PeerId> DialAgainAsync(OutboxItem item, CancellationToken cancellationToken)
    {
        PeerId gateway = item.Gateway!;
        try
        {
            if (item.Address.Length > 0)
            {
                return await _dialer.DialAsync(Multiaddr.Parse(item.Address), cancellationToken).ConfigureAwait(false);
            }

            await _dialer.DialAsync(new RecordGateway(gateway, []), cancellationToken).ConfigureAwait(false);
        }
        catch (MailException e) when (e.Error == MailError.Unreachable && _options.Find != null)
        {
            Multiaddr[] now = [.. (await _options.Find(item.To, cancellationToken).ConfigureAwait(false))
                .Where(one => gateway.Equals(one.PeerId))];
            if (now.Length == 0)
            {
                throw;
            }

            await _dialer.DialAsync(new RecordGateway(gateway, now), cancellationToken).ConfigureAwait(false);
        }

        return gateway;
    }

    internal static void CheckIdentity(Libp2pNode node, Identity identity)
    {
        if (!identity.PeerId.Equals(node.PeerId))
        {
            throw new ArgumentException($"the identity is that of {identity.PeerId}, and the node is {node.PeerId}; start the node with "
                + "Libp2pNodeOptions.Identity", nameof(identity));
        }
    }

    private static PostboxOptions SmallClient() => new() { MaxItemBytes = 610, BudgetBytes = 0 };

    private static string Hex(OutboxItem item) => Convert.ToHexStringLower(item.Id);

    private static MailStatus StatusOf(OutboxItem item, MailFate fate, bool isProven, long until)
        => new(Hex(item), item.To, item.Gateway, fate, isProven, DateTimeOffset.FromUnixTimeSeconds(until));

    private static void Check(SendOptions options)
    {
        if (options.Ttl < TimeSpan.FromSeconds(1) || options.Ttl > _longestTtl)
        {
            throw new ArgumentException($"Ttl = {options.Ttl}; give 1 second to 30 days");
        }

        NodeOptions.CheckRange(options.Priority, 0, 3, nameof(options.Priority));
        NodeOptions.CheckRange(options.Padding, 0, MaxItemBytes, nameof(options.Padding));
        int subject = Encoding.UTF8.GetByteCount(options.Subject);
        NodeOptions.CheckRange(subject, options.OnlyLatest ? 1 : 0, 64, "the bytes of Subject");
        NodeOptions.CheckRange(options.Token?.Length ?? 1, 1, MailToken.MaxBytes, "the bytes of Token");
    }

    private static void CheckRecipient(PeerId to)
    {
        if (to.Length != PeerId.Ed25519Bytes)
        {
            throw new MailException(MailError.RecipientInvalid, $"{to} has no Ed25519 key, and mail can be sealed to no other");
        }
    }

    private static void CheckSize(int count, SendOptions options, FoundGateway found)
    {
        int bytes = PostboxSender.SizeOf(Letter(options), count);
        int most = found.Terms.MaxItemBytes > 0 ? Math.Min(found.Terms.MaxItemBytes, MaxItemBytes) : MaxItemBytes;
        if (bytes > most)
        {
            throw new MailException(MailError.TooLong,
                $"a message of {count} bytes is {bytes} when it is sealed, and {most} are taken there; send less");
        }
    }

    private static LetterOptions Letter(SendOptions options) => new()
    {
        Subject = Encoding.UTF8.GetBytes(options.Subject),
        Lifetime = (int)options.Ttl.TotalSeconds,
        ProofKey = RandomNumberGenerator.GetBytes(8),
        IsLatest = options.OnlyLatest,
        Padding = options.Padding,
    };

    private static bool IsProof(PostboxClient client, byte[] key, QueryRequest request)
    {
        int outcome = (int)request.Fate - 2;
        if (outcome < OnceTable.Stored || outcome > OnceTable.TooLate || request.Proof == 0)
        {
            return false;
        }

        byte[] proof = new byte[8];
        client.Cipher.Prove(key, 0, outcome, proof, 0);
        return BitConverter.ToUInt64(proof) == request.Proof;
    }

    private OutboxItem Find(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        bool isId = id.Length is >= 8 and <= 64 && id.Length % 2 == 0 && id.All(char.IsAsciiHexDigit);
        return (isId ? _outbox.Find(Convert.FromHexString(id)) : null)
            ?? throw new MailException(MailError.NotFound, isId ? $"no message {id} was sent from here"
                : $"'{id}' is no message's id; give the 64 hex digits that sending has told, or the first 8 or more of them");
    }

    // within one transaction, so that no two programs seal with the same time
    private OutboxItem Seal(PeerId to, ReadOnlySpan<byte> body, SendOptions options)
    {
        LetterOptions letter = Letter(options);
        letter.To = to;
        letter.Record = RecordFor(KnownRecord(to));
        byte[] plain = body.ToArray();
        return _outbox.InOne(() =>
        {
            PostboxClient client = PostboxExchange.Make(_identity, SmallClient(), _outbox, new Clock(_options.Time));
            byte[] item = new byte[PostboxSender.SizeOf(letter, plain.Length)];
            int count = new PostboxSender(client, new PostboxSenderOptions()).Seal(letter, plain, 0, plain.Length, item, 0);
            (client.Node.Crypto as IDisposable)?.Dispose();
            if (count < 0)
            {
                throw count switch
                {
                    PostboxResult.KeyInvalid => new MailException(MailError.RecipientInvalid, $"the key of {to} can't be sealed to"),
                    PostboxResult.NoTime => new MailException(MailError.StoreFailed,
                        "this host's clock is more than 10 minutes behind the last message that was sealed; set it"),
                    PostboxResult.TooLong => new MailException(MailError.TooLong, "the subject is longer than 64 bytes"),
                    _ => _outbox.Explain(_outbox.LastError ?? new System.IO.IOException($"it took no write (code {count})")),
                };
            }

            byte[] bytes = item[..count];
            OutboxItem made = new()
            {
                Id = SHA256.HashData(bytes),
                To = to,
                Item = bytes,
                ProofKey = letter.ProofKey,
                Slot = options.OnlyLatest ? Slot(to, letter.Subject) : null,
                Until = (_options.Time.GetUtcNow() + options.Ttl).ToUnixTimeSeconds(),
            };
            _outbox.Add(made);
            return made;
        });
    }

    // within one transaction: the secret is made with the first slot
    private byte[] Slot(PeerId to, byte[] subject)
    {
        byte[] secret = new byte[SecretBytes];
        if (_outbox.Read(SecretName, secret, 0, secret.Length) != SecretBytes)
        {
            RandomNumberGenerator.Fill(secret);
            if (!_outbox.Write(SecretName, secret, 0, secret.Length))
            {
                throw _outbox.Explain(_outbox.LastError!);
            }
        }

        byte[] slot = new byte[8];
        _exchange.Locked(client =>
        {
            new PostboxSender(client, new PostboxSenderOptions()).WriteSlot(secret, to, subject, slot);
            return true;
        });
        return slot;
    }

    private static MailboxRecord? RecordFor(PeerMailboxes? known)
    {
        if (known?.Prekey == null)
        {
            return null;
        }

        MailboxRecord record = new() { Number = known.PrekeyNumber, Seq = known.Sequence };
        known.Prekey.CopyTo(record.Key, 0);
        return record;
    }

    private async Task AskAsync(PeerId gateway, PeerId to, int what, GatewayRequest request, CancellationToken cancellationToken)
    {
        int code = await RunAsync(gateway, what, request, cancellationToken).ConfigureAwait(false);
        if (code != 0)
        {
            throw Explain(code, gateway, to, request);
        }
    }

    private async Task<int> RunAsync(PeerId gateway, int what, GatewayRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await _exchange.RunAsync(gateway, what, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            throw GatewayDialer.Unreachable(gateway.ToString(), e);
        }
    }

    private MailException Explain(int code, PeerId gateway, PeerId to, GatewayRequest request) => GatewayCodes.Explain(code,
        gateway.ToString(), to.ToString(), request.Reason, _exchange.Locked(client => client.RetrySeconds), _exchange.StreamError);

    private sealed class Clock(TimeProvider time) : PostboxEvents
    {
        public override void OnMail(PostboxClient client, Mail mail)
        {
        }

        public override uint UnixSeconds() => (uint)time.GetUtcNow().ToUnixTimeSeconds();
    }
}
