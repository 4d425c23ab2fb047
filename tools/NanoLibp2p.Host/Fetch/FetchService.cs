using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Fetch;

/// <summary>
/// The fetch protocol (libp2p fetch spec): one key, one value, by a stream of its own. For the newest reading, a piece of configuration,
/// and whatever else a peer asks for by name.
/// </summary>
/// <example>
/// <code>
/// FetchService fetch = FetchService.Start(node, new FetchOptions());
/// fetch.Serve("/reading/", (key, from, cancellation) =&gt; ValueTask.FromResult(NewestReading(key)));
/// byte[]? value = await fetch.FetchAsync(peer, "/reading/temperature");
/// </code>
/// </example>
public sealed class FetchService
{
    /// <summary>The protocol's id.</summary>
    public const string Id = "/libp2p/fetch/0.0.1";

    /// <summary>The longest key, in bytes of UTF-8.</summary>
    public const int MaxKeyBytes = 2048;

    private const ulong Ok = 0;
    private const ulong NotFound = 1;
    private const ulong Error = 2;

    // of a peer's text, in bytes
    private const int MaxText = 256;

    private readonly Libp2pNode _node;
    private readonly FetchOptions _options;
    private readonly Lock _lock = new();
    private readonly Dictionary<PeerId, int> _underWay = [];
    private volatile KeyValuePair<string, Func<string, PeerId, CancellationToken, ValueTask<byte[]?>>>[] _lookups = [];
    private int _requests;

    private FetchService(Libp2pNode node, FetchOptions options)
    {
        options.Check();
        _node = node;
        _options = options;
        node.Handle(Id, ServeAsync);
    }

    /// <summary>A lookup of <see cref="Serve"/> has thrown, or its value was too long; the peer heard that it failed, and no
    /// more.</summary>
    public event Action<string, Exception>? LookupFailed;

    /// <summary>Begins to answer; before the first <see cref="Serve"/> there is nothing that is found.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the node has one already.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static FetchService Start(Libp2pNode node, FetchOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        return new FetchService(node, options);
    }

    /// <summary>Answers keys that begin with a prefix; of several that fit the longest counts.</summary>
    /// <param name="prefix">The prefix; empty for all keys.</param>
    /// <param name="lookup">
    /// Called on the thread pool with the key, who asks, and a token that is cancelled when nobody waits any more; gives the value, or null
    /// when there is none. What it throws goes to <see cref="LookupFailed"/>.
    /// </param>
    /// <exception cref="ArgumentException">The prefix has a lookup.</exception>
    public void Serve(string prefix, Func<string, PeerId, CancellationToken, ValueTask<byte[]?>> lookup)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(lookup);
        lock (_lock)
        {
            if (_lookups.Any(one => one.Key == prefix))
            {
                throw new ArgumentException($"'{prefix}' has a lookup already");
            }

            _lookups = [.. _lookups.Append(new(prefix, lookup)).OrderByDescending(one => one.Key.Length)];
        }
    }

    /// <summary>Asks a connected peer for the value of a key.</summary>
    /// <returns>The value; null when the peer has none.</returns>
    /// <exception cref="FetchException">The peer could not look it up.</exception>
    /// <exception cref="Libp2pException">There is no connection, the peer does not speak fetch, or its answer is none or too
    /// long.</exception>
    /// <exception cref="ArgumentException">The key is longer than <see cref="MaxKeyBytes"/>.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<byte[]?> FetchAsync(PeerId peer, string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] bytes = Encoding.UTF8.GetBytes(key);
        if (bytes.Length > MaxKeyBytes)
        {
            throw new ArgumentException($"a key of {bytes.Length} bytes exceeds FetchService.MaxKeyBytes = {MaxKeyBytes}");
        }

        PeerStream stream = await _node.OpenStreamAsync(peer, Id, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            MessageStream messages = new(stream, _options.Timeout);
            await messages.WriteMessageAsync(new ProtobufMessage().Bytes(1, bytes).ToArray(), cancellationToken).ConfigureAwait(false);
            byte[]? answer = await messages.ReadMessageAsync(_options.MaxValueBytes + 16, cancellationToken).ConfigureAwait(false);
            stream.CompleteWrites();
            (ulong status, byte[] data) = (answer == null ? null : Read(answer, 2))
                ?? throw new Libp2pException(Libp2pError.MessageMalformed, peer, "the peer's answer to fetch is none");
            return status switch
            {
                Ok => data,
                NotFound => null,
                Error => throw new FetchException(peer, Encoding.UTF8.GetString(data.AsSpan(0, Math.Min(data.Length, MaxText)))),
                _ => throw new Libp2pException(Libp2pError.MessageMalformed, peer, $"the peer answers fetch with a status of {status}"),
            };
        }
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        if (!Begin(stream.RemotePeer))
        {
            stream.Abort(ErrorCode.ResourceLimit);
            return;
        }

        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(_options.Timeout);
        try
        {
            MessageStream messages = new(stream, _options.Timeout);
            byte[]? request = await messages.ReadMessageAsync(MaxKeyBytes + 16, late.Token).ConfigureAwait(false);
            if (request == null || Read(request, 1) is not { } asked)
            {
                stream.Abort(ErrorCode.ProtocolViolation);
                return;
            }

            (ulong status, byte[] data) = await LookUpAsync(Encoding.UTF8.GetString(asked.Data), stream.RemotePeer, late.Token)
                .ConfigureAwait(false);
            await messages.WriteMessageAsync(new ProtobufMessage().Varint(1, status).Bytes(2, data).ToArray(), late.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException)
        {
            stream.Abort(e);
        }
        finally
        {
            End(stream.RemotePeer);
        }
    }

    private async Task<(ulong Status, byte[] Data)> LookUpAsync(string key, PeerId from, CancellationToken cancellationToken)
    {
        foreach ((string prefix, Func<string, PeerId, CancellationToken, ValueTask<byte[]?>> lookup) in _lookups)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                byte[]? value = await lookup(key, from, cancellationToken).ConfigureAwait(false);
                return value == null ? (NotFound, [])
                    : value.Length <= _options.MaxValueBytes ? (Ok, value)
                    : throw new InvalidOperationException(
                        $"a value of {value.Length} bytes exceeds FetchOptions.MaxValueBytes = {_options.MaxValueBytes}");
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // what went wrong here is no stranger's to read
                LookupFailed?.Invoke(key, e);
                return (Error, Encoding.ASCII.GetBytes("the lookup failed"));
            }
        }

        return (NotFound, []);
    }

    private bool Begin(PeerId peer)
    {
        lock (_lock)
        {
            int count = _underWay.GetValueOrDefault(peer);
            if (_requests == _options.MaxRequests || count == _options.MaxRequestsPerPeer)
            {
                return false;
            }

            _requests++;
            _underWay[peer] = count + 1;
            return true;
        }
    }

    private void End(PeerId peer)
    {
        lock (_lock)
        {
            _requests--;
            if (--_underWay[peer] == 0)
            {
                _underWay.Remove(peer);
            }
        }
    }

    // FetchRequest has its key in field 1, FetchResponse its status in field 1 and its value in field 2
    private static (ulong Status, byte[] Data)? Read(ReadOnlySpan<byte> message, int dataField)
    {
        ulong status = Ok;
        byte[] data = [];
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                status = fields.Value;
            }
            else if (fields.Is(dataField, WireType.Bytes))
            {
                data = fields.Bytes.ToArray();
            }
        }

        return fields.IsMalformed ? null : (status, data);
    }
}
