using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Streams;
using NanoLibp2p.Postbox.Service.Topics;

namespace NanoLibp2p.Postbox.Service;

/// <summary>
/// A postbox on a node (protocols/NanoLibp2p.Postbox/SPEC.md): keeps sealed mail for peers that sleep or are offline. All policy is here,
/// on an index in memory; the store keeps what is accepted.
/// </summary>
/// <remarks>
/// PostboxService.Deposits.cs has what senders ask, PostboxService.Mail.cs what recipients ask, PostboxService.Mailboxes.cs what is set of
/// mailboxes and what their operator does by hand, PostboxService.Upkeep.cs what happens by the clock. Streams/ServerStream.cs reads
/// requests and writes answers.
/// </remarks>
/// <example>
/// <code>
/// await using SqlitePostboxStore store = new(path);
/// await using PostboxService postbox = await PostboxService.StartAsync(node, store,
///     new PostboxServiceOptions { Identity = identity, Admits = devices.Contains });
/// </code>
/// </example>
public sealed partial class PostboxService : IAsyncDisposable
{
    /// <summary>The protocol's id.</summary>
    public const string ProtocolId = "/nanolibp2p/postbox/1.0.0";

    /// <summary>The meter of its figures.</summary>
    public const string MeterName = PostboxMetrics.MeterName;

    // peers and addresses whose rates are remembered
    private const int MaxRates = 65_536;

    private readonly Libp2pNode _node;
    private readonly IPostboxStore _store;
    private readonly PostboxServiceOptions _options;
    private readonly ClockTrust _clock;
    private readonly MailboxIndex _index;
    private readonly RateTable<PeerId> _depositsByPeer;
    private readonly RateTable<string> _depositsByAddress;
    private readonly RateTable<PeerId> _lookupsByPeer;
    private readonly RequestBudget _budget;
    private readonly CancellationTokenSource _stopping = new();
    private uint _epoch;
    private TopicKeeper? _topics;
    private Task _upkeep = Task.CompletedTask;

    private PostboxService(Libp2pNode node, IPostboxStore store, PostboxServiceOptions options)
    {
        _node = node;
        _store = store;
        _options = options;
        _clock = new ClockTrust(options.Time, options.ClockPatience);
        _index = new MailboxIndex(new ItemEnds(_clock.Now));
        _clock.Jumped = by => _index.Ends.Jump(_index.LastSequence, by);
        _depositsByPeer = new RateTable<PeerId>(options.Time, MaxRates);
        _depositsByAddress = new RateTable<string>(options.Time, MaxRates);
        _lookupsByPeer = new RateTable<PeerId>(options.Time, MaxRates);
        _budget = new RequestBudget(options);
        Metrics = new PostboxMetrics(this);
    }

    /// <summary>What is wrong with the store and what to do, since it opened; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the operator should know of the opening though nothing is wrong with the store; null for nothing.</summary>
    public string? Note { get; private set; }

    /// <summary>How many mailboxes there are.</summary>
    public int Count => _index.Count;

    /// <summary>Items that wait in all mailboxes.</summary>
    public long Waiting => _index.CountOf(PostboxState.Waiting);

    /// <summary>Bytes of the items that wait in all mailboxes.</summary>
    public long WaitingBytes => _index.ItemBytes;

    /// <summary>Topics that it has subscribed to, for peers that sleep.</summary>
    internal int Topics => _topics?.Count ?? 0;

    /// <summary>Messages of a topic that wait for its rate.</summary>
    internal int TopicMessagesLate(string topic) => _topics?.LateOf(topic) ?? 0;

    internal PostboxServiceOptions Options => _options;

    internal PostboxMetrics Metrics { get; }

    internal MailboxIndex Index => _index;

    internal ClockTrust Clock => _clock;

    internal RequestBudget Budget => _budget;

    /// <summary>Bytes of the longest item that is taken.</summary>
    internal int MaxItem => Math.Min(_options.MaxItem, _store.MaxItem);

    /// <summary>Opens a store, and begins to serve.</summary>
    /// <param name="node">Whose peers are served.</param>
    /// <param name="store">Not opened yet; stays the caller's, to be disposed after the service.</param>
    /// <param name="options">What it is told; not changed afterwards but for <see cref="PostboxServiceOptions.Admits"/>.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The service. Its <see cref="Problem"/> tells of a store that may only be read.</returns>
    /// <exception cref="ArgumentException">An option is out of range, or the node has a postbox already.</exception>
    /// <exception cref="PostboxStoreException">The store can't be opened.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static async Task<PostboxService> StartAsync(Libp2pNode node, IPostboxStore store, PostboxServiceOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (!options.Identity.PeerId.Equals(node.PeerId))
        {
            throw new ArgumentException($"Postbox.Identity is {options.Identity.PeerId}, and the node is {node.PeerId}; give the node's");
        }

        PostboxService service = new(node, store, options);
        try
        {
            PostboxOpening opening = await store.OpenAsync(service._index.Apply, cancellationToken).ConfigureAwait(false);
            service._epoch = opening.Epoch;
            service._index.LastSequence = opening.LastSequence;
            service._index.Ends.Opened(opening.LastSequence);
            service.Problem = opening.Problem;
            service.Note = opening.Note;
            node.Handle(ProtocolId, service.ServeAsync);
        }
        catch
        {
            service.Metrics.Dispose();
            throw;
        }

        service._topics = new TopicKeeper(service, node, store);
        service._upkeep = service.RunUpkeepAsync();
        return service;
    }

    /// <summary>Serves no more: streams are broken off. What was accepted is in the store.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _node.StopHandling(ProtocolId);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _upkeep.ConfigureAwait(false);
        await _topics!.DisposeAsync().ConfigureAwait(false);
        Metrics.Dispose();
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!_budget.Open(stream.Connection.Id))
        {
            stream.Abort(Core.ErrorCode.ResourceLimit);
            return;
        }

        try
        {
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            await new ServerStream(this, stream, VisitorOf(stream)).RunAsync(either.Token).ConfigureAwait(false);
        }
        finally
        {
            _budget.Close(stream.Connection.Id);
        }
    }

    // whose rates count: the host; of IPv6 the first 56 bits, which a household has many addresses of; or the relay
    private static Visitor VisitorOf(PeerStream stream)
    {
        PeerConnection connection = stream.Connection;
        string address = connection.RemoteAddress?.ToString() ?? "";
        bool isRelayed = address.Contains("/p2p-circuit", StringComparison.Ordinal);
        string host = isRelayed ? address[..address.IndexOf("/p2p-circuit", StringComparison.Ordinal)]
            : HostGroup.Of(connection.RemoteAddress?.Host) ?? address;
        return new Visitor(stream.RemotePeer, host, isRelayed);
    }
}
