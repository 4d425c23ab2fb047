using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Logging;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Host;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Host.Discovery;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The full-node services of a gateway, each as its settings say.</summary>
internal sealed class GatewayServices : IAsyncDisposable
{
    private const string KademliaStore = "kademlia.db";
    private const string RendezvousStore = "rendezvous.db";
    private const string KademliaCondition = "kademlia-store";
    private const string RendezvousCondition = "rendezvous-store";
    private const string RendezvousWords = "registrations of rendezvous";
    private const string KademliaWords = "records of Kademlia";

    private static readonly TimeSpan _again = TimeSpan.FromSeconds(2);

    private readonly List<IAsyncDisposable> _all = [];
    private readonly RelayServiceOptions _relay = new();
    private readonly RendezvousPointOptions _rendezvous = new();

    private readonly Libp2pNode _node;
    private readonly CancellationTokenSource _ending = new();
    private Task _opening = Task.CompletedTask;

    private GatewayServices(Libp2pNode node) => _node = node;

    /// <summary>Null when it is off.</summary>
    internal RelayService? Relay { get; private set; }

    /// <summary>Null when it is off.</summary>
    internal KademliaService? Kademlia { get; private set; }

    /// <summary>Where Kademlia's records are kept; null when they are in memory alone.</summary>
    internal SqliteKademliaStore? KademliaFile { get; private set; }

    /// <summary>Null when it is off.</summary>
    internal AutoNatService? AutoNat { get; private set; }

    /// <summary>Null when it is off.</summary>
    internal RendezvousPoint? Rendezvous { get; private set; }

    /// <summary>Where the rendezvous point's registrations are kept; null when they are in memory alone.</summary>
    internal SqliteRendezvousStore? RendezvousFile { get; private set; }

    /// <summary>Null when it is off, or when nobody on the network could dial what it says.</summary>
    internal MdnsService? Mdns { get; private set; }

    /// <summary>Null when it is off, or when its store can't be opened.</summary>
    internal PostboxHost? Postbox { get; private set; }

    /// <summary>Null when there are none, or when the store of their sessions can't be opened.</summary>
    internal RadioHost? Radios { get; private set; }

    /// <summary>What fetch serves; null when it is off.</summary>
    internal NewestMessages? Newest { get; private set; }

    /// <summary>Starts those that are on.</summary>
    /// <exception cref="GatewayException">One can't start.</exception>
    internal static async Task<GatewayServices> StartAsync(
        Libp2pNode node, GatewaySettings settings, DataFolder folder, Identity identity, AdmissionList admission,
        Func<GatewaySettings> current, Conditions conditions)
    {
        GatewayServices services = new(node);
        try
        {
            services.Start(node, settings, folder, admission, current, conditions);
            if (settings.IsOn(SettingsTable.Postbox))
            {
                Task<PostboxHost?> StartAsync()
                    => PostboxHost.StartAsync(
                        node, settings, folder, identity, admission, current, conditions, services._ending.Token);
                services.Postbox = await StartAsync().ConfigureAwait(false);
                if (services.Postbox == null && MailStore.IsShared(settings.PostboxStore))
                {
                    services._opening = services.OpenLaterAsync(StartAsync, conditions);
                }
            }

            if (settings.Radios.Count > 0)
            {
                services.StartRadios(node, settings, folder, identity, admission, current, conditions);
            }

            return services;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Libp2pException)
        {
            await services.DisposeAsync().ConfigureAwait(false);
            throw new GatewayException($"a service can't start: {e.Message}", isConfiguration: e is ArgumentException, e);
        }
    }

    /// <summary>A line about each that runs.</summary>
    internal IEnumerable<(string Name, string Line)> Describe()
    {
        if (Relay != null)
        {
            yield return ("relay", $"{Relay.Reservations} reservations, {Relay.Circuits} circuits, {Relay.RelayedBytes} bytes carried");
        }

        if (_node.HolePunching is { } punches)
        {
            yield return ("holepunch", $"{punches.Direct} relayed connections made direct, {punches.Failed} stay relayed");
        }

        if (Kademlia != null)
        {
            yield return ("kademlia", $"{(Kademlia.IsServer ? "server" : "client")}, {Kademlia.TableCount} peers in the table");
        }

        if (Rendezvous != null)
        {
            yield return ("rendezvous", $"{Rendezvous.Count} registrations");
        }

        if (Postbox != null)
        {
            yield return ("postbox", $"{Postbox.Service.Count} mailboxes, {Postbox.Service.Waiting} items wait, in {Postbox.Store}"
                + (Postbox.Service.Note is { } note ? $"; {note}" : ""));
        }

        if (Radios != null)
        {
            yield return ("radios", Radios.Describe());
        }

        if (Mdns != null)
        {
            yield return ("mdns", "answers on the local network");
        }

        if (Newest != null)
        {
            yield return ("fetch", $"{Newest.Count} newest messages");
        }

        if (AutoNat != null)
        {
            yield return ("autonat", $"strangers {AutoNat.Reachability switch
            {
                Reachability.Public => "can dial it",
                Reachability.Private => "can not dial it",
                _ => "may be able to dial it: nobody has said yet",
            }}");
        }
    }

    /// <summary>What has to be looked at while they run.</summary>
    internal IEnumerable<StoreWatch> Watches(TimeProvider time, Conditions conditions, ILogger log)
    {
        if (RendezvousFile is { } file)
        {
            yield return new StoreWatch(time, RendezvousCondition, RendezvousWords, () => ValueTask.FromResult(file.LastError is { } error
                ? $"{RendezvousWords} of now are in memory alone, and written when that can be: {error.Message}" : null), conditions, log);
        }

        if (KademliaFile is { } records)
        {
            yield return new StoreWatch(time, KademliaCondition, KademliaWords, () => ValueTask.FromResult(records.LastError is { } error
                ? $"{KademliaWords} are not taken: {error.Message}" : null), conditions, log);
        }

        yield return new StoreWatch(time, PostboxHost.StoreCondition, "deposits", () => Postbox?.FindProblemAsync()
            ?? ValueTask.FromResult(conditions.All.GetValueOrDefault(PostboxHost.StoreCondition)), conditions, log);
    }

    /// <summary>Takes limits that have changed: for what comes from now on. What is there stays.</summary>
    internal void Change(GatewaySettings settings)
    {
        _relay.MaxReservations = settings.Number(SettingsTable.RelayReservations);
        _relay.MaxReservationsPerHost = settings.Number(SettingsTable.RelayReservationsPerHost);
        _relay.MaxCircuits = settings.Number(SettingsTable.RelayCircuits);
        _relay.MaxCircuitsPerPeer = settings.Number(SettingsTable.RelayCircuitsPerPeer);
        _relay.CircuitTime = TimeSpan.FromSeconds(settings.Number(SettingsTable.RelayCircuitSeconds));
        _relay.CircuitBytes = settings.Number(SettingsTable.RelayCircuitKiB) * 1024L;
        _relay.SensorBytesPerSecond = settings.Number(SettingsTable.RelaySensorRate);
        RendezvousPointOptions standard = new();
        int most = settings.Number(SettingsTable.RendezvousRegistrations);
        _rendezvous.MaxRegistrations = most;
        _rendezvous.MaxRegistrationsPerPeer = Math.Min(standard.MaxRegistrationsPerPeer, most);
        _rendezvous.MaxRegistrationsPerNetwork = Math.Min(standard.MaxRegistrationsPerNetwork, most);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _opening.ConfigureAwait(false);
        if (Postbox is { } postbox)
        {
            await postbox.DisposeAsync().ConfigureAwait(false);
        }

        for (int i = _all.Count - 1; i >= 0; i--)
        {
            await _all[i].DisposeAsync().ConfigureAwait(false);
        }
    }

    private void Start(
        Libp2pNode node, GatewaySettings settings, DataFolder folder, AdmissionList admission, Func<GatewaySettings> current,
        Conditions conditions)
    {
        Change(settings);
        if (settings.IsOn(SettingsTable.Relay))
        {
            _relay.Admission = new RelayAdmission(admission, current);
            Relay = RelayService.Start(node, _relay);
            _all.Add(Relay);
        }

        if (settings.IsOn(SettingsTable.Kademlia))
        {
            KademliaFile = OpenStore(
                folder, KademliaStore, path => new SqliteKademliaStore(path), KademliaCondition, KademliaWords, conditions);
            KademliaServiceOptions options = new() { Protocol = settings.KademliaProtocol, Mode = settings.KademliaMode };
            if (KademliaFile != null)
            {
                options.Store = KademliaFile;
            }

            foreach (string address in settings.KademliaBootstrap)
            {
                options.Bootstrap.Add(Multiaddr.Parse(address));
            }

            Kademlia = KademliaService.Start(node, options);
            _all.Add(Kademlia);
        }

        if (settings.IsOn(SettingsTable.Rendezvous))
        {
            RendezvousFile = OpenStore(
                folder, RendezvousStore, path => new SqliteRendezvousStore(path), RendezvousCondition, RendezvousWords, conditions);
            _rendezvous.Store = RendezvousFile;
            Rendezvous = RendezvousPoint.Start(node, _rendezvous);
            _all.Add(Rendezvous);
        }

        if (settings.IsOn(SettingsTable.Mdns) && !settings.Listen.All(IsLoopback))
        {
            Mdns = MdnsService.Start(node, new MdnsServiceOptions { Service = settings.MdnsService });
            _all.Add(Mdns);
        }

        if (settings.FetchTopics.Count > 0)
        {
            Newest = NewestMessages.Start(node, settings.FetchTopics);
            _all.Add(Newest);
        }

        if (settings.IsOn(SettingsTable.AutoNat))
        {
            AutoNat = AutoNatService.Start(node, new AutoNatOptions());
            _all.Add(AutoNat);
            AutoNat.ReachabilityChanged += report => Kademlia?.SetReachability(report.Overall switch
            {
                Reachability.Public => true,
                Reachability.Private => false,
                _ => null,
            });
        }
    }

    // a store on a server that is away: until it is back
    private async Task OpenLaterAsync(Func<Task<PostboxHost?>> start, Conditions conditions)
    {
        try
        {
            while (Postbox == null)
            {
                await Task.Delay(_again, _ending.Token).ConfigureAwait(false);
                Postbox = await start().ConfigureAwait(false);
            }
        }
        catch (Exception) when (_ending.IsCancellationRequested)
        {
            // the gateway ends
        }
        catch (Exception e)
        {
            conditions.Set(PostboxHost.StoreCondition, $"there is no postbox: {e.Message}");
        }
    }

    // without their store there are none: what is acknowledged must be kept
    private void StartRadios(
        Libp2pNode node, GatewaySettings settings, DataFolder folder, Identity identity, AdmissionList admission,
        Func<GatewaySettings> current, Conditions conditions)
    {
        try
        {
            Radios = RadioHost.Start(node, new RadioOptions
            {
                Radios = settings.Radios,
                Cache = settings.RadioCache,
                MaxBytes = settings.Number(SettingsTable.RadioStoreMiB) * 1024L * 1024,
                Admits = peer => admission.ClassOf(peer) != null,
                MayCall = peer => current().RadioCallers.Contains(peer.ToString()),
                Postbox = () => Postbox?.Service,
            }, folder, identity, conditions);
            _all.Add(Radios);
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            conditions.Set("radio-store", $"there are no radios: the store of their sessions can't be opened: {Disk.Why(e)}");
        }
    }

    private static bool IsLoopback(string listen) => IPAddress.IsLoopback(IPAddress.Parse(Multiaddr.Parse(listen).Host));

    // what can't be kept over a restart is kept in memory
    private T? OpenStore<T>(DataFolder folder, string file, Func<string, T> open, string condition, string what, Conditions conditions)
        where T : class, IAsyncDisposable
    {
        string stores = folder.PathOf(Backup.Stores);
        try
        {
            Directory.CreateDirectory(stores);
            T store = open(Path.Combine(stores, file));

            // it ends after the service that writes to it
            _all.Add(store);
            return store;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            conditions.Set(condition, $"{what} are kept in memory alone: {Disk.Why(e)}");
            return null;
        }
    }

    /// <summary>A device with a token has the relay's sensor class; others the limits of everybody, or nothing.</summary>
    private sealed class RelayAdmission(AdmissionList admission, Func<GatewaySettings> current) : IRelayAdmission
    {
        public RelayClass Admit(PeerId peer, Multiaddr? address) => admission.ClassOf(peer) switch
        {
            AdmissionClass.Sensor => RelayClass.Sensor,
            AdmissionClass.Peer => RelayClass.Ordinary,
            _ => current().IsOn(SettingsTable.RelayAdmittedOnly) ? RelayClass.Refused : RelayClass.Ordinary,
        };
    }
}
