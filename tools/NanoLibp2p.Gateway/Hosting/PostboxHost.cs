using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>The postbox of a gateway, and the store beneath it.</summary>
internal sealed class PostboxHost : IMailboxView, IAsyncDisposable
{
    /// <summary>Of the condition that tells of the store.</summary>
    internal const string StoreCondition = "postbox-store";

    private const string TakesNothing = "mail can be taken and none is accepted: ";

    private readonly Libp2pNode _node;
    private readonly IPostboxStore _store;

    // a look at each of a million mailboxes takes a while
    private readonly Paced<MailboxesJson> _described;

    private PostboxHost(Libp2pNode node, PostboxService service, IPostboxStore store)
    {
        _node = node;
        Service = service;
        _store = store;
        _described = new Paced<MailboxesJson>(Describe, TimeProvider.System);
    }

    internal PostboxService Service { get; }

    /// <summary>How the operator names the store.</summary>
    internal string Store => _store.Address;

    /// <summary>Starts it. Without its store there is none, and a condition says why: mail that is accepted must be kept.</summary>
    /// <returns>Null when the store can't be opened.</returns>
    /// <exception cref="ArgumentException">A setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">It was ended before.</exception>
    internal static async Task<PostboxHost?> StartAsync(
        Libp2pNode node, GatewaySettings settings, DataFolder folder, Identity identity, AdmissionList admission,
        Func<GatewaySettings> current, Conditions conditions, CancellationToken cancellationToken)
    {
        IPostboxStore? store = null;
        try
        {
            Directory.CreateDirectory(folder.PathOf(Backup.Stores));
            store = MailStore.Open(MailStore.AddressOf(settings), () => settings, headsFile: folder.PathOf(MailStore.HeadsFile));
            PostboxService service = await PostboxService.StartAsync(node, store, new PostboxServiceOptions
            {
                Identity = identity,
                Admits = peer => !current().IsOn(SettingsTable.PostboxAdmittedOnly) || admission.ClassOf(peer) != null,
                MaxMailboxes = settings.Number(SettingsTable.PostboxMailboxes),
                MaxItems = settings.Number(SettingsTable.PostboxItems),
                MaxBytes = settings.Number(SettingsTable.PostboxMailboxKiB) * 1024L,
                MaxItem = settings.Number(SettingsTable.PostboxItemKiB) * 1024,
                MaxTtl = TimeSpan.FromDays(settings.Number(SettingsTable.PostboxDays)),
                IdleTime = TimeSpan.FromDays(settings.Number(SettingsTable.PostboxIdleDays)),
                Work = settings.Number(SettingsTable.PostboxWork),
            }, cancellationToken).ConfigureAwait(false);
            if (service.Problem is { } problem)
            {
                conditions.Set(StoreCondition, TakesNothing + problem);
            }

            return new PostboxHost(node, service, store);
        }
        catch (Exception e) when (e is PostboxStoreException || Disk.IsFailure(e))
        {
            if (store != null)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }

            conditions.Set(StoreCondition, $"there is no postbox: {(e is PostboxStoreException ? e.Message : Disk.Why(e))}");
            return null;
        }
        catch
        {
            if (store != null)
            {
                await store.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>What is wrong with the store now, as a sentence; null when nothing is.</summary>
    internal async ValueTask<string?> FindProblemAsync()
    {
        PostboxRoom room = await _store.FreeAsync().ConfigureAwait(false);
        return room.Health switch
        {
            StoreHealth.Ready => null,
            StoreHealth.Unavailable => $"the postbox waits for its store: {room.Problem}",
            _ => TakesNothing + room.Problem,
        };
    }

    /// <inheritdoc/>
    public MailboxesJson Describe(int most)
    {
        MailboxesJson all = _described.Get();
        return most >= all.Fullest.Count ? all : all with { Fullest = [.. all.Fullest.Take(most)] };
    }

    /// <inheritdoc/>
    public async Task<bool> CloseAsync(PeerId peer, CancellationToken cancellationToken)
    {
        try
        {
            return await Service.CloseAsync(peer).ConfigureAwait(false);
        }
        catch (PostboxStoreException e)
        {
            throw new GatewayException(e.Message, inner: e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }

    private MailboxesJson Describe() => new(Service.Count, Service.Waiting, Service.WaitingBytes,
        [.. Service.Fullest(MeshView.MaxMailboxes).Select(one => new MailboxJson(
            one.Peer.ToString(), !_node.IsConnected(one.Peer), one.Waiting, one.WaitingBytes, one.MaxBytes,
            one.Seen.ToUnixTimeMilliseconds()))]);
}
