using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Discovery;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Discovery;

/// <summary>
/// mDNS for a node: finds libp2p peers of the local network, and has them find it, on every interface that does multicast, by IPv4 and
/// IPv6. What is found goes to the node's peer store; <see cref="PeerFound"/> tells of it.
/// </summary>
/// <example>
/// <code>
/// await using MdnsService mdns = MdnsService.Start(node);
/// mdns.PeerFound += found =&gt; Console.WriteLine(found.Peer);
/// </code>
/// </example>
/// <remarks>
/// Nothing that others say is proved: a dial names the peer that must prove itself. Each interface is told the addresses that it has
/// itself, and takes those of its own network alone.
/// </remarks>
public sealed class MdnsService : IAsyncDisposable
{
    private const int DialsAtOnce = 8;

    // the longest packet that mDNS has (RFC 6762 17)
    private const int PacketBytes = 9_000;

    private static readonly TimeSpan _lookEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _findEvery = TimeSpan.FromSeconds(30);

    private readonly Libp2pNode _node;
    private readonly MdnsServiceOptions _options;
    private readonly List<Speaker> _speakers = [];
    private readonly Dictionary<PeerId, Known> _known = [];
    private readonly SemaphoreSlim _dials = new(DialsAtOnce);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private int _isChanged = 1;
    private int _isDisposed;

    private MdnsService(Libp2pNode node, MdnsServiceOptions options)
    {
        _node = node;
        _options = options;
        NetworkChange.NetworkAddressChanged += OnNetworkChanged;
        node.AnnouncedAddressesChanged += OnAddressesChanged;
        _running = Task.Run(RunAsync);
    }

    /// <summary>
    /// A peer was found, or more of its addresses; again when it has not been heard for MdnsServiceOptions.Lifetime. Raised one at a time;
    /// what a handler throws is lost.
    /// </summary>
    public event Action<FoundPeer>? PeerFound;

    /// <summary>Starts it on a node.</summary>
    /// <param name="node">The node; dispose the service before it.</param>
    /// <param name="options">Not to be changed any more; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the service's name is none; the message says which.</exception>
    public static MdnsService Start(Libp2pNode node, MdnsServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(node);
        options ??= new MdnsServiceOptions();
        options.Check();

        // throws what is wrong with the name here and not later
        _ = NewMdns(new LocalNetwork(0, System.Net.Sockets.AddressFamily.InterNetwork, []), options);
        return new MdnsService(node, options);
    }

    /// <summary>Says goodbye and ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        NetworkChange.NetworkAddressChanged -= OnNetworkChanged;
        _node.AnnouncedAddressesChanged -= OnAddressesChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    /// <summary>Notes an address that was heard; the service's own task calls it.</summary>
    internal void Hear(string text)
    {
        if (Multiaddr.TryParse(text, out _) is not { PeerId: { } peer } address || peer.Equals(_node.PeerId)
            || address.WithoutPeerId() is not { } bare)
        {
            return;
        }

        long now = Environment.TickCount64;
        if (!_known.TryGetValue(peer, out Known? known))
        {
            if (_known.Count >= _options.MaxPeers)
            {
                return;
            }

            _known.Add(peer, known = new Known());
        }

        known.HeardMs = now;
        if (!known.Addresses.Contains(bare) && known.Addresses.Count < PeerIdentification.MaxAddresses)
        {
            known.Addresses.Add(bare);
            known.IsNews = true;
        }

        _node.PeerStore.AddAddresses(peer, [bare], AddressSource.Discovery, _options.Lifetime);
    }

    private static Mdns NewMdns(LocalNetwork network, MdnsServiceOptions options)
        => new(new MulticastSocket(network, options.Port), new SystemRandom(), options.Service, PacketBytes) { PlainTcpOnly = false };

    private async Task RunAsync()
    {
        long findMs = 0;
        using PeriodicTimer timer = new(_lookEvery);
        try
        {
            do
            {
                long now = Environment.TickCount64;
                if (Interlocked.Exchange(ref _isChanged, 0) != 0 || now >= findMs)
                {
                    findMs = now + (long)_findEvery.TotalMilliseconds;
                    Refresh();
                    Expire(now);
                }

                foreach (Speaker speaker in _speakers)
                {
                    speaker.Mdns.Poll(now);
                }

                Tell();
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
        finally
        {
            foreach (Speaker speaker in _speakers)
            {
                speaker.Mdns.Close();
            }
        }
    }

    // opens and closes what came and went, and announces the addresses of now
    private void Refresh()
    {
        IReadOnlyList<LocalNetwork> networks;
        try
        {
            networks = LocalNetwork.Find();
        }
        catch (NetworkInformationException)
        {
            // an interface that comes or goes at this moment; it is looked for again
            return;
        }

        foreach (Speaker gone in _speakers.Where(one => !networks.Any(one.Network.IsAsBefore)).ToArray())
        {
            gone.Mdns.Close();
            _speakers.Remove(gone);
        }

        foreach (LocalNetwork network in networks.Where(each => !_speakers.Any(one => one.Network.IsAsBefore(each))))
        {
            Mdns mdns = NewMdns(network, _options);
            mdns.Events = new Listener(this);
            mdns.Search();
            _speakers.Add(new Speaker(network, mdns));
        }

        IReadOnlyList<Multiaddr> announced = _options.Announce ? _node.AnnouncedAddresses : [];
        foreach (Speaker speaker in _speakers)
        {
            string[] own = [.. announced.Where(address => IsOwn(address, speaker.Network)).Select(address => address.ToString())
                .Where(text => text.Length <= Mdns.MaxAddressChars)];
            if (!own.SequenceEqual(speaker.Announced))
            {
                speaker.Announced = own;
                speaker.Mdns.ClearAnnounced();
                foreach (string address in own)
                {
                    speaker.Mdns.Announce(address);
                }
            }
        }
    }

    // an address of the interface itself, by TCP, without a relay between
    private static bool IsOwn(Multiaddr address, LocalNetwork network)
        => address.Has(MultiaddrProtocol.Tcp) && !address.Has(MultiaddrProtocol.P2pCircuit)
            && IPAddress.TryParse(address.Host, out IPAddress? host) && network.IsOwn(host);

    private void Expire(long now)
    {
        foreach ((PeerId peer, Known known) in _known)
        {
            if (now - known.HeardMs > _options.Lifetime.TotalMilliseconds)
            {
                _known.Remove(peer);
            }
        }
    }

    private void Tell()
    {
        foreach ((PeerId peer, Known known) in _known)
        {
            if (!known.IsNews)
            {
                continue;
            }

            known.IsNews = false;
            try
            {
                PeerFound?.Invoke(new FoundPeer(peer, [.. known.Addresses]));
            }
            catch (Exception)
            {
                // the application's own; the next peer is told all the same
            }

            if (_options.Dial && !_node.IsConnected(peer))
            {
                _ = DialAsync(peer);
            }
        }
    }

    private async Task DialAsync(PeerId peer)
    {
        try
        {
            await _dials.WaitAsync(_stopping.Token).ConfigureAwait(false);
            try
            {
                await _node.DialAsync(peer, _stopping.Token).ConfigureAwait(false);
            }
            finally
            {
                _dials.Release();
            }
        }
        catch (Exception e) when (e is Libp2pException or OperationCanceledException or ObjectDisposedException)
        {
            // it is dialed again when it is heard anew
        }
    }

    private void OnNetworkChanged(object? sender, EventArgs e) => Volatile.Write(ref _isChanged, 1);

    private void OnAddressesChanged(IReadOnlyList<Multiaddr> addresses) => Volatile.Write(ref _isChanged, 1);

    private sealed class Known
    {
        public List<Multiaddr> Addresses { get; } = [];

        public long HeardMs { get; set; }

        public bool IsNews { get; set; }
    }

    private sealed class Speaker(LocalNetwork network, Mdns mdns)
    {
        public LocalNetwork Network => network;

        public Mdns Mdns => mdns;

        public string[] Announced { get; set; } = [];
    }

    private sealed class Listener(MdnsService service) : MdnsEvents
    {
        public override void OnAddress(Mdns mdns, byte[] packet, int name, int offset, int count)
            => service.Hear(Encoding.ASCII.GetString(packet, offset, count));
    }
}
