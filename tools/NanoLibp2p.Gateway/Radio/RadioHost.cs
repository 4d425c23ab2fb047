using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Storage;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

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

    // not in the stores' folder, which backups hold (SPEC.md 7, G5)
    private const string IncarnationFile = "radio-incarnation";
    private const string DevicesCondition = "radio-devices";
    private const int MaxDevices = 10_000;
    private const int MaxOutbox = 10_000;
    private static readonly TimeSpan _lookEvery = TimeSpan.FromSeconds(1);

    private readonly Libp2pNode _node;
    private readonly Conditions _conditions;
    private readonly string _devicesPath;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<RadioPort> _ports = [];
    private readonly Channel<FramePublication> _toPublish = Channel.CreateUnbounded<FramePublication>();
    private readonly Queue<FramePublication> _waiting = new();
    private readonly RadioSessions _sessions;
    private readonly DesktopCrypto _crypto = new();
    private Task _work = Task.CompletedTask;
    private HashSet<PeerId> _devices = [];
    private DateTime _devicesAt;
    private long _published;

    private RadioHost(Libp2pNode node, IReadOnlyList<string> radios, DataFolder folder, Identity identity,
        Func<PeerId, bool> admits, Conditions conditions)
    {
        _node = node;
        _conditions = conditions;
        _devicesPath = folder.PathOf(DevicesFile);
        Directory.CreateDirectory(folder.PathOf(Backup.Stores));
        Card = RadioCard.Of(identity, _crypto);
        _sessions = new RadioSessions(identity, folder.PathOf(Path.Combine(Backup.Stores, StoreFile)), folder.PathOf(IncarnationFile),
            peer => Volatile.Read(ref _devices).Contains(peer) || admits(peer), publication => _toPublish.Writer.TryWrite(publication));
        File.WriteAllText(folder.PathOf(CardFile), Card + "\n");
        ReadDevices();
        FileStore airtime = new(folder.PathOf(Path.Combine(Backup.Stores, "airtime")));
        for (int i = 0; i < radios.Count; i++)
        {
            try
            {
                _ports.Add(new RadioPort(radios[i], airtime, _sessions, conditions, i + 1, _ending.Token));
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

    /// <summary>The radios.</summary>
    internal IReadOnlyList<RadioPort> Ports => _ports;

    /// <summary>Messages that went into the mesh.</summary>
    internal long Published => Interlocked.Read(ref _published);

    /// <summary>Starts them.</summary>
    /// <exception cref="IOException">The store can't be opened.</exception>
    internal static RadioHost Start(Libp2pNode node, IReadOnlyList<string> radios, DataFolder folder, Identity identity,
        Func<PeerId, bool> admits, Conditions conditions)
    {
        RadioHost host = new(node, radios, folder, identity, admits, conditions);
        foreach (FramePublication publication in host._sessions.Outbox())
        {
            host._waiting.Enqueue(publication);
        }

        host._work = Task.WhenAll(host.PublishAsync(), host.LookAsync());
        host._ports.ForEach(one => one.Start());
        return host;
    }

    /// <summary>What is wrong with the address of a radio; null when nothing is.</summary>
    internal static string? Check(string text)
    {
        try
        {
            Hal.Radio.RadioAddress.Parse(text);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>A line about each radio.</summary>
    internal string Describe() => $"{string.Join("; ", _ports.Select(one => one.Describe()))}; {_devices.Count} devices, "
        + $"{Published} messages published";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        _ports.ForEach(one => one.Join());
        _toPublish.Writer.TryComplete();
        await _work.ConfigureAwait(false);
        _sessions.Dispose();
        _crypto.Dispose();
        _ending.Dispose();
    }

    // what nobody hears yet waits, in the store and here, until somebody subscribes
    private async Task PublishAsync()
    {
        try
        {
            while (!_ending.IsCancellationRequested)
            {
                int waiting = _waiting.Count;
                for (int i = 0; i < waiting; i++)
                {
                    await PublishAsync(_waiting.Dequeue()).ConfigureAwait(false);
                }

                using CancellationTokenSource pause = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
                pause.CancelAfter(_waiting.Count > 0 ? _lookEvery : TimeSpan.FromMinutes(1));
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
                    await PublishAsync(publication).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // what is left is in the store
        }
    }

    private async Task PublishAsync(FramePublication publication)
    {
        int reached = 1;
        try
        {
            reached = await _node.PublishSignedAsync(publication.Message, _ending.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ArgumentException || (e is Libp2pException { Error: Libp2pError.MessageTooLong }))
        {
            _conditions.Set("radio-message", $"a message of {publication.From} can't be published and is dropped: {e.Message}");
        }
        catch (Libp2pException)
        {
            // the node ends before its radios do: what it does not take any more stays in the store
            reached = 0;
        }

        if (reached == 0)
        {
            if (_waiting.Count < MaxOutbox)
            {
                _waiting.Enqueue(publication);
            }
            else
            {
                // it was acknowledged, so its row stays, and is read at the next start
                _conditions.Set("radio-waiting", $"{MaxOutbox} messages of devices wait for somebody to subscribe to their topics; "
                    + "more stay in the store until the gateway starts again");
            }

            return;
        }

        Interlocked.Increment(ref _published);
        try
        {
            _sessions.Published(publication);
            _conditions.Clear("radio-store");
        }
        catch (IOException e)
        {
            _conditions.Set("radio-store", $"the store of frame sessions takes nothing, so messages may be published twice: {e.Message}");
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

    private void ReadDevices()
    {
        try
        {
            DateTime changed = File.GetLastWriteTimeUtc(_devicesPath);
            if (changed == _devicesAt)
            {
                return;
            }

            _devicesAt = changed;
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
        }
        catch (Exception e) when (Disk.IsFailure(e))
        {
            _conditions.Set(DevicesCondition, $"{_devicesPath} can't be read: {Disk.Why(e)}");
        }
    }
}
