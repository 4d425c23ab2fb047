using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Radio;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>
/// The radios of a gateway: what devices say by frame sessions goes into the mesh as their own signed messages. Who may is in a file of
/// cards in the data folder, which is read again when it changes.
/// </summary>
internal sealed class RadioHost : IAsyncDisposable
{
    /// <summary>The file of the devices' cards, one a line; what follows a space is a name.</summary>
    internal const string DevicesFile = "radio-devices";

    /// <summary>The file with the gateway's own card.</summary>
    internal const string CardFile = "radio-card";

    private const string StoreFile = "frames.db";

    private const string DevicesCondition = "radio-devices";
    private const string CacheCondition = "radio-cache";
    private const string CopyCondition = "radio-copy";
    private const string StoreCondition = "radio-store";
    private const string MailboxCondition = "radio-mailboxes";
    private const string WaitingCondition = "radio-waiting";
    private const int MaxDevices = 10_000;
    private const int MaxQueued = 4096;
    private const int MaxAtATime = 64;

    // of which there is a condition
    private const long ManyWait = 10_000;
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);

    // anybody may ask, and each asks again and again
    private static readonly TimeSpan _refusalsEvery = TimeSpan.FromMinutes(1);

    // mailboxes that nobody asks close, and a device asks only when mail waits
    private static readonly TimeSpan _openEvery = TimeSpan.FromMinutes(10);

    private readonly Libp2pNode _node;
    private readonly Conditions _conditions;
    private readonly string _devicesPath;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<RadioPort> _ports = [];
    private readonly Channel<FramePublication> _toPublish = Channel.CreateBounded<FramePublication>(MaxQueued);

    // topics of messages in the store that nobody received yet, and about how many; of the publishing task
    private readonly Dictionary<string, long> _waiting = new(StringComparer.Ordinal);
    private readonly RadioSessions _sessions;
    private readonly RadioCommands _commands;
    private readonly Func<PostboxService?> _postbox;
    private readonly DesktopCrypto _crypto = new();
    private Task _work = Task.CompletedTask;
    private HashSet<PeerId> _devices = [];
    private DateTime _devicesAt;
    private HashSet<PeerId>? _devicesWithMail;
    private long _openedAt;
    private bool _hasFailed;
    private long _published;
    private long _refused;
    private long _refusalToldAt;
    private volatile bool _hasMore = true;

    private RadioHost(Libp2pNode node, RadioOptions options, DataFolder folder, Identity identity, Conditions conditions)
    {
        _node = node;
        _postbox = options.Postbox;
        _conditions = conditions;
        _devicesPath = folder.PathOf(DevicesFile);
        Directory.CreateDirectory(folder.PathOf(Backup.Stores));
        Card = RadioCard.Of(identity, _crypto);
        (string incarnation, bool isRestored) = Incarnation(options.Cache, folder, identity.PeerId);
        SqliteFrameOptions store = new()
        {
            Path = folder.PathOf(Path.Combine(Backup.Stores, StoreFile)),
            MaxBytes = options.MaxBytes,
            IncarnationPath = incarnation,
            OutboxPath = isRestored ? null : incarnation + ".outbox",
            IsRestored = isRestored,
        };
        _sessions = new RadioSessions(identity, store,
            peer => Volatile.Read(ref _devices).Contains(peer) || options.Admits(peer), new RadioCalls(options.Postbox),
            publication => _hasMore |= !_toPublish.Writer.TryWrite(publication),
            (peer, method, e) => conditions.Set("radio-calls", $"a call of method {method:X2}h by {peer} failed here: {e.Message}"),
            Refuse);
        _commands = new RadioCommands(node, _sessions, options.MayCall);
        File.WriteAllText(folder.PathOf(CardFile), Card + "\n");
        ReadDevices();
        IStore airtime = CopiedStore.Open(folder.PathOf(Path.Combine(Backup.Stores, "airtime")), _sessions.Copy);
        if (_sessions.IsRestored)
        {
            conditions.Set(CopyCondition, "the data folder is a copy, so devices resume their sessions first, and the airtime of the last "
                + "hour counts as used: radios with a duty cycle send nothing for an hour");
        }

        if (!isRestored && !_sessions.HasOutside)
        {
            conditions.Set(CacheCondition, $"{incarnation}.outbox can't be used, so readings that nobody has received yet are lost "
                + "with the data folder; see whether it can be written");
        }

        IReadOnlyList<string> radios = options.Radios;
        for (int i = 0; i < radios.Count; i++)
        {
            try
            {
                RadioAddress address = RadioAddress.Parse(radios[i]);
                _ports.Add(new RadioPort(radios[i], address.Scheme, address.Create(true, airtime), _sessions, conditions, i + 1,
                    _ending.Token, address.Trouble));
            }
            catch (Exception e) when (e is IOException or PlatformNotSupportedException or UnauthorizedAccessException
                or InvalidOperationException or ArgumentException)
            {
                // this host has no such bus, or its settings are not the region's
                conditions.Set($"radio-{i + 1}", $"the radio {radios[i]} is left out: {e.Message}");
            }
        }
    }

    /// <summary>What devices are told of this gateway.</summary>
    internal RadioCard Card { get; }

    /// <summary>Told, once a minute at the most, whom a session was refused that proved its peer id (null: nobody known asked), and what
    /// to do.</summary>
    internal Action<PeerId?, string>? Refused { get; set; }

    /// <summary>The radios.</summary>
    internal IReadOnlyList<RadioPort> Ports => _ports;

    /// <summary>Whether the data folder was found to be a copy, so that sessions are resumed first.</summary>
    internal bool IsRestored => _sessions.IsRestored;

    /// <summary>Messages that went into the mesh.</summary>
    internal long Published => Interlocked.Read(ref _published);

    /// <summary>Starts them.</summary>
    /// <exception cref="IOException">The store can't be opened.</exception>
    internal static RadioHost Start(Libp2pNode node, RadioOptions options, DataFolder folder, Identity identity, Conditions conditions)
    {
        RadioHost host = new(node, options, folder, identity, conditions);
        host.ReadTopics();
        host._work = Task.WhenAll(host.PublishAsync(), host.LookAsync());
        host._ports.ForEach(one => one.Start());
        return host;
    }

    /// <summary>The name of the file with a gateway's card, in the user's folder of caches.</summary>
    internal static string CardOf(PeerId gateway) => $"radio-{gateway}.card";

    /// <summary>What is wrong with the address of a radio; null when nothing is.</summary>
    internal static string? Check(string text)
    {
        try
        {
            return RadioAddress.Parse(text).Refuses(true);
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>A line about each radio.</summary>
    internal string Describe() => $"{string.Join("; ", _ports.Select(one => one.Describe()))}; {_devices.Count} devices, "
        + $"{Published} messages published, {Interlocked.Read(ref _refused)} openings by devices that are not known or not admitted";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        _ports.ForEach(one => one.Join());
        _toPublish.Writer.TryComplete();
        await _work.ConfigureAwait(false);
        _commands.Dispose();
        _sessions.Dispose();
        _crypto.Dispose();
        _ending.Dispose();
    }

    // on a radio's thread, within the sessions' lock
    private void Refuse(PeerId? peer)
    {
        long refused = Interlocked.Increment(ref _refused);
        if (refused > 1 && Stopwatch.GetElapsedTime(_refusalToldAt) < _refusalsEvery)
        {
            return;
        }

        _refusalToldAt = Stopwatch.GetTimestamp();
        Refused?.Invoke(peer, peer == null
            ? $"a device asks for a session whose card is not in {_devicesPath}: put it there, as the device or its provisioning printed "
                + "it, unless it is another gateway's"
            : $"asks for a session and is not admitted: put its card, as the device or its provisioning printed it, into {_devicesPath}");
    }

    // outside the data folder, so that a copy of it does not have the file (SPEC.md 7, G5). Where that can't be written the folder counts
    // as a copy at each start, which costs a resumption of each device and an hour of the air
    private (string Path, bool IsRestored) Incarnation(string cache, DataFolder folder, PeerId peer)
    {
        string path = Path.Combine(cache, $"radio-{peer}");
        try
        {
            Directory.CreateDirectory(cache);
            using (File.Create(path + ".try"))
            {
                // it can be written
            }

            File.Delete(path + ".try");

            // so that programs of this user know it by its peer id
            File.WriteAllText(Path.Combine(cache, CardOf(peer)), Card + "\n");
            _conditions.Clear(CacheCondition);
            return (path, false);
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            _conditions.Set(CacheCondition, $"{cache} can't be written, so each start counts as one from a copy of the data folder: "
                + $"devices resume their sessions first, and radios with a duty cycle send nothing for an hour: {Disk.Why(e)}; "
                + "name another folder outside the data folder with radio.cache");
            return (folder.PathOf("radio-incarnation"), true);
        }
    }

    // what nobody receives waits in the store, and here is only its topic
    private async Task PublishAsync()
    {
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                await PublishWaitingAsync().ConfigureAwait(false);
                using CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
                pause.CancelAfter(_waiting.Count > 0 || _hasMore ? _lookEvery : TimeSpan.FromMinutes(1));
                try
                {
                    if (!await _toPublish.Reader.WaitToReadAsync(pause.Token).ConfigureAwait(false))
                    {
                        return;
                    }
                }
                catch (OperationCanceledException)
                {
                    continue;
                }

                while (_toPublish.Reader.TryRead(out FramePublication? publication))
                {
                    await TakeAsync(publication).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // what is left is in the store
        }
    }

    // in its order: behind what waits on its topic
    private async Task TakeAsync(FramePublication publication)
    {
        bool isBehind = _waiting.TryGetValue(publication.Topic, out long waiting);
        if (!await PublishAsync(publication, isBehind ? SignedReach.Watchers : SignedReach.All).ConfigureAwait(false))
        {
            _waiting[publication.Topic] = waiting + 1;
        }
    }

    private async Task PublishWaitingAsync()
    {
        try
        {
            if (_hasMore)
            {
                ReadTopics();
            }

            if (_waiting.Count > 0)
            {
                foreach (string topic in await _node.WithReceiversAsync([.. _waiting.Keys], _ending.Token).ConfigureAwait(false))
                {
                    await PublishWaitingAsync(topic).ConfigureAwait(false);
                }
            }
        }
        catch (Libp2pException)
        {
            // the node ends before its radios do
        }
        catch (IOException e)
        {
            _conditions.Set(StoreCondition,
                $"the store of frame sessions can't be read, so what waits in it is not published: {e.Message}");
        }

        if (_waiting.Values.Sum() > ManyWait)
        {
            _conditions.Set(WaitingCondition, $"more than {ManyWait} messages of devices wait in the store, most of them on "
                + $"{_waiting.MaxBy(one => one.Value).Key}; they go when somebody subscribes to their topics");
        }
        else
        {
            _conditions.Clear(WaitingCondition);
        }
    }

    private async Task PublishWaitingAsync(string topic)
    {
        while (_sessions.Outbox(topic, MaxAtATime) is { Count: > 0 } page)
        {
            foreach (FramePublication publication in page)
            {
                if (!await PublishAsync(publication, SignedReach.Receivers).ConfigureAwait(false))
                {
                    return;
                }

                _waiting[topic] = Math.Max(0, _waiting[topic] - 1);
            }
        }

        _waiting.Remove(topic);
    }

    private void ReadTopics()
    {
        _hasMore = false;
        _waiting.Clear();
        foreach ((string topic, long count) in _sessions.OutboxTopics())
        {
            _waiting.Add(topic, count);
        }
    }

    // false when it stays in the store
    private async Task<bool> PublishAsync(FramePublication publication, SignedReach reach)
    {
        try
        {
            SignedPublication went = await _node.PublishSignedAsync(publication.Message, reach, _ending.Token).ConfigureAwait(false);
            if (went.IsUnheard)
            {
                return false;
            }

            Interlocked.Add(ref _published, went.IsRepeat ? 0 : 1);
        }
        catch (Exception e) when (e is ArgumentException || (e is Libp2pException { Error: Libp2pError.MessageTooLong }))
        {
            _conditions.Set("radio-message", $"a message of {publication.From} can't be published and is dropped: {e.Message}");
        }
        catch (Libp2pException)
        {
            // the node ends before its radios do: what it does not take any more stays in the store
            return false;
        }

        try
        {
            _sessions.Published(publication);
            _conditions.Clear(StoreCondition);
            return true;
        }
        catch (IOException e)
        {
            _conditions.Set(StoreCondition, $"the store of frame sessions takes nothing, so messages may be published twice: {e.Message}");
            return false;
        }
    }

    private async Task LookAsync()
    {
        using PeriodicTimer timer = new(_lookEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false))
            {
                ReadDevices();
                await OpenMailboxesAsync().ConfigureAwait(false);
                TellStore();
                foreach (FrameOutgoing push in _sessions.Due())
                {
                    _ports.Find(one => ReferenceEquals(one.Radio, push.Radio))?.Pushes.Enqueue(push);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // it ends
        }
    }

    // a device on a radio has no stream to ask for its mailbox
    private async Task OpenMailboxesAsync()
    {
        HashSet<PeerId> devices = _devices;
        if (_postbox() is not { } service
            || (devices == _devicesWithMail && _openedAt != 0 && Stopwatch.GetElapsedTime(_openedAt) < _openEvery))
        {
            return;
        }

        try
        {
            foreach (PeerId device in devices.Where(one => service.Find(one) == null))
            {
                await service.OpenAsync(device).ConfigureAwait(false);
            }

            (_devicesWithMail, _openedAt) = (devices, Stopwatch.GetTimestamp());
            _conditions.Clear(MailboxCondition);
        }
        catch (Exception e) when (e is PostboxStoreException or InvalidOperationException or ArgumentException)
        {
            _conditions.Set(MailboxCondition, $"devices on radios have no mailbox: {e.Message}");
        }
    }

    // devices are not answered while it fails
    private void TellStore()
    {
        if (_sessions.Failure() is { } failure)
        {
            _conditions.Set(StoreCondition, $"the store of frame sessions fails, so devices get no answers: {failure.Message}");
            _hasFailed = true;
        }
        else if (_hasFailed)
        {
            _conditions.Clear(StoreCondition);
            _hasFailed = false;
        }
    }

    private void ReadDevices()
    {
        try
        {
            DateTime changed = File.GetLastWriteTimeUtc(_devicesPath);
            if (changed == _devicesAt)
            {
                return;
            }

            HashSet<PeerId> devices = [];
            string? problem = null;
            foreach (string line in File.Exists(_devicesPath) ? File.ReadLines(_devicesPath).Take(MaxDevices) : [])
            {
                string card = line.Trim().Split(' ', 2)[0];
                if (card.Length == 0 || card[0] == '#')
                {
                    continue;
                }

                try
                {
                    RadioCard one = _sessions.Parse(card);
                    devices.Add(one.Peer);
                    problem = _sessions.Remember(one) ? problem : $"a newer card of {one.Peer} was seen; take the old one out";
                }
                catch (FormatException e)
                {
                    problem = e.Message;
                }
            }

            // who is no longer in it is not admitted any more
            Volatile.Write(ref _devices, devices);
            if (problem == null)
            {
                _conditions.Clear(DevicesCondition);
            }
            else
            {
                _conditions.Set(DevicesCondition, $"{_devicesPath}: {problem}");
            }

            // what failed before here is tried again
            _devicesAt = changed;
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            _conditions.Set(DevicesCondition, $"{_devicesPath} can't be read: {Disk.Why(e)}");
        }
    }
}
