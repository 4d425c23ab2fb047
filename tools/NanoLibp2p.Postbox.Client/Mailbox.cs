using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client.Storage;
using NanoLibp2p.Postbox.Client.Exchange;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Postbox.Client;

/// <summary>
/// A peer's own mail: taken from its gateways, each message once, and kept in a file until the program has done with it. From any thread;
/// one enumeration at a time.
/// </summary>
/// <remarks>
/// A message is in the file before the gateway hears that it was taken. It is given to the program until the program asks for the next one,
/// or ends the enumeration after it: who was killed in between is given it again, with <see cref="ReceivedMail.SeenBefore"/>.
/// </remarks>
/// <example>
/// <code>
/// await using Mailbox mailbox = Mailbox.Open(node, identity, "mine.mail", options);
/// await mailbox.PublishAsync();
/// await foreach (ReceivedMail mail in mailbox.FollowAsync(ct)) { Console.WriteLine($"{mail.Sender}: {mail.Text}"); }
/// </code>
/// </example>
public sealed class Mailbox : IAsyncDisposable
{
    private const int MostGateways = 4;

    // messages that may wait for the program before gateways are asked for more
    private const int MostUnread = 1024;

    // SPEC.md 8.2: at least every 10 minutes while it follows; and a gateway tells of new mail once a second at most
    private static readonly TimeSpan _syncEvery = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan _leastBetween = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _lastPause = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan _republishEvery = TimeSpan.FromDays(3);

    private readonly Libp2pNode _node;
    private readonly MailboxOptions _options;
    private readonly IReadOnlyList<Multiaddr> _gateways;
    private readonly Inbox _inbox;
    private readonly PostboxExchange _exchange;
    private readonly GatewayDialer _dialer;
    private readonly Signal _arrived = new();
    private readonly Signal _due = new();
    private readonly Signal _taken = new();
    private readonly string _self;
    private long _received;
    private int _isEnumerating;

    private Mailbox(Libp2pNode node, Identity identity, Inbox inbox, MailboxOptions options, IReadOnlyList<Multiaddr> gateways)
    {
        _gateways = gateways;
        _node = node;
        _options = options;
        _inbox = inbox;
        _self = node.PeerId.ToString();
        PostboxOptions client = new()
        {
            TableEntries = 1024,
            MaxItemBytes = 65536,
            BudgetBytes = 65536,
            Known = [.. options.Known],
            Latest = [.. options.Latest],
            Follows = true,
        };
        _exchange = new PostboxExchange(node, identity, client, inbox, options.Time, OnReceived, options.Wants);
        _exchange.SyncDue += _due.Set;
        _dialer = new GatewayDialer(node);
    }

    /// <summary>A gateway could not be asked, or has refused; others were asked all the same, and it will be asked again. Raised on the
    /// thread of the enumeration.</summary>
    public event Action<MailException>? GatewayFailed;

    /// <summary>Messages in the file that the program has not done with.</summary>
    public int Unread => _exchange.Locked(_ => _inbox.Count());

    /// <summary>Opens a mailbox's file, or makes it.</summary>
    /// <param name="node">The node whose mail it is.</param>
    /// <param name="identity">The node's identity.</param>
    /// <param name="path">The file, of this peer alone; its folder must exist. Losing it, mail may come twice and what was sealed to
    /// prekeys is lost.</param>
    /// <param name="options">What it is told.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the identity is not the node's.</exception>
    /// <exception cref="MailException">The file can't be used (StoreFailed), or another program uses it (InUse).</exception>
    public static Mailbox Open(Libp2pNode node, Identity identity, string path, MailboxOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        MailSender.CheckIdentity(node, identity);
        NodeOptions.CheckRange(options.Gateways.Count, 0, MostGateways, "MailboxOptions.Gateways.Count");
        NodeOptions.CheckRange(options.MaxItems, 4, 1024 / Math.Max(1, options.Gateways.Count), nameof(options.MaxItems));
        Inbox inbox = new(path);
        try
        {
            IReadOnlyList<Multiaddr> gateways = options.Gateways.Count > 0 ? [.. options.Gateways] : inbox.Gateways();
            return gateways.Count > 0 ? new Mailbox(node, identity, inbox, options, gateways)
                : throw new MailException(MailError.NoGateway,
                    $"no gateway is known that keeps mail for {node.PeerId}; name one, and publish the mailbox there");
        }
        catch
        {
            inbox.Dispose();
            throw;
        }
    }

    /// <summary>Gives what is in the file and what waits at the gateways, and ends when nothing waits any more.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MailException">No gateway could be asked; the last one's reason.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IAsyncEnumerable<ReceivedMail> FetchAsync(CancellationToken cancellationToken = default)
        => EnumerateAsync(SyncAllAsync, cancellationToken);

    /// <summary>
    /// As <see cref="FetchAsync"/>, and goes on until it is cancelled: the first gateway tells of new mail at once, the others are asked
    /// every 5 minutes. Gateways that fail are asked again; the record is published again before it expires.
    /// </summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MailException">The file takes no write.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IAsyncEnumerable<ReceivedMail> FollowAsync(CancellationToken cancellationToken = default)
        => EnumerateAsync(KeepSyncingAsync, cancellationToken);

    /// <summary>The program has done with a message, and is not given it again: said by asking for the next one, and here by who ends an
    /// enumeration with it.</summary>
    /// <exception cref="MailException">The file takes no write.</exception>
    public void Done(ReceivedMail mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        _exchange.Locked(_ =>
        {
            _inbox.Remove(mail.Number);
            return true;
        });
    }

    /// <summary>Asks each gateway what waits there, and takes nothing.</summary>
    /// <returns>The answers of those that gave one; <see cref="GatewayFailed"/> tells of the others.</returns>
    /// <exception cref="MailException">None gave one; the last one's reason.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<IReadOnlyList<MailboxProbe>> ProbeAsync(CancellationToken cancellationToken = default)
    {
        List<MailboxProbe> found = [];
        await EachAsync(
            async gateway =>
            {
                ProbeRequest request = new();
                PeerId peer = await RunAsync(gateway, PostboxClient.AskProbe, request, cancellationToken).ConfigureAwait(false);
                (int waiting, uint now) = _exchange.Locked(client => (client.Waiting, client.GatewayTime));
                found.Add(new MailboxProbe(peer, waiting, (long)Math.Min(request.Bytes, long.MaxValue),
                    DateTimeOffset.FromUnixTimeSeconds(now)));
            }).ConfigureAwait(false);
        return found;
    }

    /// <summary>
    /// Signs this peer's record, with the next prekey when that is due, and gives it to each gateway with the mailbox's bounds: the first
    /// time that makes the mailbox.
    /// </summary>
    /// <returns>The record, and the terms of those that took it; <see cref="GatewayFailed"/> tells of the others.</returns>
    /// <exception cref="MailException">None took it; the last one's reason.</exception>
    /// <exception cref="ArgumentException">The gateways' addresses don't fit into a record.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<PublishedMailbox> PublishAsync(CancellationToken cancellationToken = default)
    {
        // the record names all gateways, so that all must be known; one that is down is named if its address says who it is
        List<Multiaddr> named = [];
        foreach (Multiaddr gateway in _gateways)
        {
            named.Add(gateway.PeerId != null ? gateway
                : gateway.WithPeerId(await _dialer.DialAsync(gateway, cancellationToken).ConfigureAwait(false)));
        }

        PostboxSenderOptions options = new() { Gateways = [.. named], HasPrekeys = _options.HasPrekeys };
        PeerMailboxes record = await _exchange.WhenIdleAsync(client => Sign(client, options), cancellationToken).ConfigureAwait(false);
        Dictionary<PeerId, MailboxTerms> terms = [];
        await EachAsync(
            async gateway =>
            {
                ConfigureRequest request = new()
                {
                    OwnRecord = record.Envelope,
                    Work = _options.Work,
                    TokenEpoch = _options.TokenEpoch,
                    MaxItemBytes = 65536,
                    MaxItems = _options.MaxItems,
                };
                PeerId peer = await RunAsync(gateway, PostboxClient.AskConfigure, request, cancellationToken).ConfigureAwait(false);
                terms[peer] = request.Terms;
            }).ConfigureAwait(false);
        _exchange.Locked(_ =>
        {
            _inbox.KeepGateways(named);
            return true;
        });
        return new PublishedMailbox(record, terms);
    }

    /// <summary>Lets go of gateways and file. Connections stay the node's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _exchange.DisposeAsync().ConfigureAwait(false);
        _inbox.Dispose();
        _arrived.Dispose();
        _due.Dispose();
        _taken.Dispose();
    }

    private async IAsyncEnumerable<ReceivedMail> EnumerateAsync(Func<CancellationToken, Task> sync,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isEnumerating, 1) != 0)
        {
            throw new InvalidOperationException("this mailbox is being fetched or followed already; one enumeration at a time");
        }

        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task syncing = Task.Run(() => sync(ending.Token), CancellationToken.None);
        try
        {
            ReceivedMail? mail = null;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                bool isOver = syncing.IsCompleted;
                long done = mail?.Number ?? 0;
                mail = _exchange.Locked(_ => _inbox.Next(done));
                if (mail != null)
                {
                    yield return mail;
                }
                else if (isOver)
                {
                    break;
                }
                else
                {
                    _taken.Set();
                    await Task.WhenAny(syncing, _arrived.WaitAsync(Timeout.InfiniteTimeSpan, ending.Token)).ConfigureAwait(false);
                }
            }

            await syncing.ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await syncing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Volatile.Write(ref _isEnumerating, 0);
        }
    }

    private void OnReceived(ReceivedMail mail)
    {
        _inbox.Add(mail);
        _received++;
        _arrived.Set();
    }

    private Task SyncAllAsync(CancellationToken cancellationToken) => EachAsync(gateway => SyncAsync(gateway, cancellationToken));

    private async Task KeepSyncingAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = _firstPause;
        while (true)
        {
            long begun = _options.Time.GetTimestamp();
            bool isFollowed = false;
            try
            {
                await RepublishAsync(cancellationToken).ConfigureAwait(false);

                // the first one last, since the last stream stays, and tells of new mail
                await EachAsync(gateway => SyncAsync(gateway, cancellationToken), isReversed: true).ConfigureAwait(false);
                isFollowed = _exchange.IsOpen;
            }
            catch (MailException e) when (e.Error != MailError.StoreFailed)
            {
                // told of already; it is tried again
            }

            if (isFollowed)
            {
                pause = _firstPause;
                await _due.WaitAsync(_syncEvery, cancellationToken).ConfigureAwait(false);
                TimeSpan left = _leastBetween - _options.Time.GetElapsedTime(begun);
                await Task.Delay(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.Time, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await Task.Delay(pause, _options.Time, cancellationToken).ConfigureAwait(false);
                pause = pause * 2 < _lastPause ? pause * 2 : _lastPause;
            }

            while (Unread >= MostUnread)
            {
                await _taken.WaitAsync(_syncEvery, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // what was published once is published again before it expires
    private async Task RepublishAsync(CancellationToken cancellationToken)
    {
        ulong sequence = _exchange.Locked(client => BitConverter.ToUInt64(client.Table.Data, OnceTable.Sequence));
        ulong now = (ulong)_options.Time.GetUtcNow().ToUnixTimeSeconds();
        if (sequence != 0 && now > sequence + (ulong)_republishEvery.TotalSeconds)
        {
            await PublishAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // each gateway in turn; that one fails is told, and is thrown when all do
    private async Task EachAsync(Func<Multiaddr, Task> what, bool isReversed = false)
    {
        MailException? failure = null;
        bool isDone = false;
        foreach (Multiaddr gateway in isReversed ? _gateways.Reverse() : _gateways)
        {
            try
            {
                await what(gateway).ConfigureAwait(false);
                isDone = true;
            }
            catch (MailException e) when (e.Error != MailError.StoreFailed)
            {
                failure = e;
                GatewayFailed?.Invoke(e);
            }
        }

        if (!isDone && failure != null)
        {
            throw failure;
        }
    }

    private async Task SyncAsync(Multiaddr gateway, CancellationToken cancellationToken)
    {
        long before;
        do
        {
            // a client ends a sync after 250 requests, though more waits
            before = _exchange.Locked(_ => _received);
            await RunAsync(gateway, PostboxClient.AskSync, null, cancellationToken).ConfigureAwait(false);
        }
        while (_exchange.Locked(client => client.Waiting > 0 && _received > before && _inbox.Count() < MostUnread));
    }

    private async Task<PeerId> RunAsync(Multiaddr gateway, int what, GatewayRequest? request, CancellationToken cancellationToken)
    {
        PeerId peer = await _dialer.DialAsync(gateway, cancellationToken).ConfigureAwait(false);
        int code;
        try
        {
            code = await _exchange.RunAsync(peer, what, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            throw GatewayDialer.Unreachable(gateway.ToString(), e);
        }

        if (code == PostboxResult.StoreFailed)
        {
            throw _inbox.Explain(_inbox.LastError ?? new System.IO.IOException("it took no write"));
        }

        return code == 0 ? peer : throw GatewayCodes.Explain(code, gateway.ToString(), _self, request?.Reason ?? "",
            _exchange.Locked(client => client.RetrySeconds), _exchange.StreamError);
    }

    private PeerMailboxes Sign(PostboxClient client, PostboxSenderOptions options)
    {
        int count = new PostboxSender(client, options).SignRecord();
        if (count < 0)
        {
            throw _inbox.Explain(_inbox.LastError ?? new System.IO.IOException($"the record could not be signed (code {count})"));
        }

        _inbox.Erase();
        return Statements.OpenRecord(options.Record, _node.PeerId, client.Node.Crypto)
            ?? throw new MailException(MailError.StoreFailed, "the record that was signed can't be read");
    }
}
