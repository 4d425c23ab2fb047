using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

// What others ask (kad-dht spec, "RPC messages"). Whatever is wrong with a request, its stream is reset and nothing else happens.
public sealed partial class KademliaService
{
    // keys of at most so many characters are shown in messages
    private const int MaxTextBytes = 100;

    private long _refused;

    /// <summary>Answers a request.</summary>
    /// <param name="from">Who asks: it has proven its id.</param>
    /// <param name="request">The request, without its length.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The answer; empty where the request has none. Null: it is refused, and the stream is to be reset.</returns>
    internal async Task<byte[]?> AnswerAsync(PeerId from, byte[] request, CancellationToken cancellationToken)
    {
        KademliaMessage? message = IsServer ? KademliaCodec.TryRead(request, _options.MaxAddressesAPeer, out _) : null;
        KademliaMessage? answer = null;
        bool isTaken = false;
        switch (message?.Type)
        {
            case KademliaCodec.Ping:
                answer = new KademliaMessage { Type = KademliaCodec.Ping, Key = message.Key };
                break;
            case KademliaCodec.FindNode when message.Key.Length > 0:
                answer = FindNode(from, message);
                break;
            case KademliaCodec.GetValue:
                answer = await GetValueAsync(from, message, cancellationToken).ConfigureAwait(false);
                break;
            case KademliaCodec.PutValue:
                answer = await PutValueAsync(message, cancellationToken).ConfigureAwait(false);
                break;
            case KademliaCodec.GetProviders when message.Key.Length is > 0 and <= MaxProviderKeyBytes:
                answer = await GetProvidersAsync(from, message, cancellationToken).ConfigureAwait(false);
                break;
            case KademliaCodec.AddProvider when message.Key.Length is > 0 and <= MaxProviderKeyBytes:
                isTaken = await AddProviderAsync(from, message, cancellationToken).ConfigureAwait(false);
                break;
        }

        if (answer != null)
        {
            return KademliaCodec.Write(answer);
        }

        if (isTaken)
        {
            return [];
        }

        Interlocked.Increment(ref _refused);
        return null;
    }

    /// <summary>Counts a stream that was refused before its request was read.</summary>
    internal void CountRefused() => Interlocked.Increment(ref _refused);

    // the closest servers, and before them the peer itself, if its addresses are known, even if it is no server
    private KademliaMessage FindNode(PeerId from, KademliaMessage request)
    {
        KademliaMessage answer = new() { Type = KademliaCodec.FindNode, Key = request.Key };
        byte[] key = request.Key;
        PeerId? target = PeerId.CheckBytes(key, 0, key.Length) == 0 ? PeerId.FromBytes(key, 0, key.Length) : null;
        if (target != null && !target.Equals(from) && !target.Equals(_network.LocalPeer))
        {
            Add(answer.CloserPeers, target, _table.AddressesOf(target) ?? _network.AddressesOf(target));
        }

        AddCloser(answer, from);
        return answer;
    }

    private async Task<KademliaMessage?> GetValueAsync(PeerId from, KademliaMessage request, CancellationToken cancellationToken)
    {
        if (FindValidator(request.Key) is not { } validator)
        {
            return null;
        }

        StoredValue? value = await LiveValueAsync(request.Key, validator, cancellationToken).ConfigureAwait(false);
        KademliaMessage answer = new()
        {
            Type = KademliaCodec.GetValue,
            Key = request.Key,
            Record = value == null ? null : new WireRecord(value.Key, value.Value, Rfc3339(value.Received)),
        };
        AddCloser(answer, from);
        return answer;
    }

    private async Task<KademliaMessage?> PutValueAsync(KademliaMessage request, CancellationToken cancellationToken)
    {
        if (request.Record is not { } record || !record.Key.AsSpan().SequenceEqual(request.Key)
            || record.Value.Length > _options.MaxValueBytes
            || FindValidator(request.Key) is not { } validator || !validator.IsValid(record.Key, record.Value))
        {
            return null;
        }

        bool isWorse = await IsWorseThanKeptAsync(record.Key, record.Value, validator, cancellationToken).ConfigureAwait(false);
        if (isWorse || !await _store.PutValueAsync(new StoredValue(record.Key, record.Value, Now), cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        return new KademliaMessage { Type = KademliaCodec.PutValue, Key = request.Key, Record = record };
    }

    private async Task<bool> AddProviderAsync(PeerId from, KademliaMessage request, CancellationToken cancellationToken)
    {
        bool isTaken = false;
        foreach (WirePeer provider in request.ProviderPeers)
        {
            // a record about somebody else is passed over, as is one that leads nowhere
            List<Multiaddr> addresses = KademliaAddresses.Select(provider.Addresses, _isPublicOnly, _options.MaxAddressesAPeer);
            if (provider.Id.Equals(from) && addresses.Count > 0)
            {
                isTaken = await _store.AddProviderAsync(new StoredProvider(request.Key, from, addresses, Now), cancellationToken)
                    .ConfigureAwait(false);
                break;
            }
        }

        return isTaken;
    }

    private async Task<KademliaMessage> GetProvidersAsync(PeerId from, KademliaMessage request, CancellationToken cancellationToken)
    {
        KademliaMessage answer = new() { Type = KademliaCodec.GetProviders, Key = request.Key };
        if (_ownKeys.ContainsKey(request.Key))
        {
            Add(answer.ProviderPeers, _network.LocalPeer, AnnouncedAddresses());
        }

        DateTimeOffset oldest = Now - _options.ProviderAddressExpiry;
        foreach (StoredProvider one in await LiveProvidersAsync(request.Key, cancellationToken).ConfigureAwait(false))
        {
            if (answer.ProviderPeers.Count >= KademliaCodec.MaxProviderPeers)
            {
                break;
            }

            // who has no address here any more may be found by its id
            IReadOnlyList<Multiaddr> live = _network.AddressesOf(one.Provider);
            Add(answer.ProviderPeers, one.Provider, live.Count > 0 ? live : one.Received >= oldest ? one.Addresses : [], isBare: true);
        }

        AddCloser(answer, from);
        return answer;
    }

    private void AddCloser(KademliaMessage answer, PeerId from)
    {
        foreach ((PeerId peer, IReadOnlyList<Multiaddr> addresses) in _table.Closest(KademliaKey.Of(answer.Key), _options.BucketSize, from))
        {
            if (!answer.CloserPeers.Exists(one => one.Id.Equals(peer)))
            {
                Add(answer.CloserPeers, peer, addresses);
            }
        }
    }

    private void Add(List<WirePeer> peers, PeerId peer, IReadOnlyList<Multiaddr> addresses, bool isBare = false)
    {
        WirePeer told = new(peer) { Connection = _network.IsConnected(peer) ? 1 : 0 };
        told.Addresses.AddRange(KademliaAddresses.Select(addresses, _isPublicOnly, _options.MaxAddressesAPeer));
        if (told.Addresses.Count > 0 || isBare)
        {
            peers.Add(told);
        }
    }

    // A value of the store that has not expired and is still valid.
    private async ValueTask<StoredValue?> LiveValueAsync(byte[] key, IValueValidator validator, CancellationToken cancellationToken)
    {
        StoredValue? value = await _store.GetValueAsync(key, cancellationToken).ConfigureAwait(false);
        return value != null && value.Received >= Now - _options.ValueExpiry && validator.IsValid(key, value.Value) ? value : null;
    }

    private async ValueTask<IEnumerable<StoredProvider>> LiveProvidersAsync(byte[] key, CancellationToken cancellationToken)
    {
        DateTimeOffset oldest = Now - _options.ProviderExpiry;
        IReadOnlyList<StoredProvider> all = await _store.GetProvidersAsync(key, cancellationToken).ConfigureAwait(false);
        return all.Where(one => one.Received >= oldest);
    }

    private IValueValidator? FindValidator(byte[] key)
    {
        int end = key.Length < 3 || key[0] != '/' ? -1 : Array.IndexOf(key, (byte)'/', 1);
        return end >= 2 && _options.Validators.TryGetValue(Encoding.UTF8.GetString(key, 1, end - 1), out IValueValidator? found)
            ? found
            : null;
    }

    private IValueValidator ValidatorOrThrow(byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > KademliaCodec.MaxKeyBytes)
        {
            throw new ArgumentException($"a key of {key.Length} bytes is longer than {KademliaCodec.MaxKeyBytes}");
        }

        return FindValidator(key) ?? throw new ArgumentException($"nobody validates {KeyText(key)}; a key is /NAMESPACE/..., and of the "
            + $"namespaces there are here {string.Join(", ", _options.Validators.Keys)}: add yours to KademliaServiceOptions.Validators");
    }

    private static string KeyText(byte[] key) => Ascii.IsValid(key) && !key.AsSpan().ContainsAnyInRange((byte)0, (byte)31)
        ? "'" + Encoding.ASCII.GetString(key, 0, Math.Min(key.Length, MaxTextBytes)) + "'"
        : "the key " + Convert.ToHexString(key, 0, Math.Min(key.Length, MaxTextBytes));

    private static string Rfc3339(DateTimeOffset time)
        => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
}
