using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

// How it opens, and how it follows the stream.
public sealed partial class NatsPostboxStore
{
    // in the stream's description, where its epoch is
    private const string Mark = "mail of nanoLibp2p gateways, version 1, epoch ";

    private const int NoStream = 10059;
    private const int NameInUse = 10058;
    private const int NotClustered = 10074;
    private const int NoPeers = 10005;

    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    // how long a server may say less than another has sent already
    private static readonly TimeSpan _disagreement = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource<(int Mailboxes, long Heads)> _loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isLoaded;
    private Task _following = Task.CompletedTask;
    private string _created = "";
    private volatile string? _followProblem;
    private (long Passed, long Since) _still;
    private long _passed;
    private long _loadTo;

    /// <inheritdoc/>
    public async Task<PostboxOpening> OpenAsync(Action<PostboxChange> observer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(observer);
        lock (_lock)
        {
            if (_state != State.New)
            {
                throw new InvalidOperationException("the store is open, or was; make another");
            }

            _state = State.Open;
            _observer = observer;
        }

        try
        {
            return await OpenStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await DisposeAsync().ConfigureAwait(false);
            if (IsFault(e))
            {
                throw new PostboxStoreException(StoreFault.Unavailable, $"{Address} can't be opened: {Words(e)}", e);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_state == State.Closed)
            {
                return;
            }

            _state = State.Closed;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tidying.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _keeping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _link.DisposeAsync().ConfigureAwait(false);
        lock (_lock)
        {
            while (_waiting.TryDequeue(out TaskCompletionSource? one, out _))
            {
                one.TrySetResult();
            }
        }
    }

    private async Task<PostboxOpening> OpenStreamAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _link.ConnectAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFault(e))
        {
            throw new PostboxStoreException(StoreFault.Unavailable,
                $"{Address} can't be reached: {Words(e)}; start NATS there, or give another address", e);
        }

        uint epoch = 0;
        long last = 0;
        using (JsonDocument info = await GetOrMakeAsync(cancellationToken).ConfigureAwait(false))
        {
            JsonElement config = info.RootElement.GetProperty("config");
            string description = config.TryGetProperty("description", out JsonElement text) ? text.GetString() ?? "" : "";
            Check(config, description);
            epoch = uint.Parse(description.AsSpan(Mark.Length), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            SetMaxBytes(config);
            _created = info.RootElement.GetProperty("created").GetString() ?? "";
            last = info.RootElement.GetProperty("state").GetProperty("last_seq").GetInt64();
        }

        if (_link.MaxPayload is > 0 and int payload)
        {
            _maxItem = Math.Min(MostItem, payload - HeaderRoom);
        }

        if (_maxItem < LeastItem)
        {
            throw Unusable($"{Address} takes messages of {_link.MaxPayload} bytes; set max_payload to {LeastItem + HeaderRoom} or more "
                + "there");
        }

        (bool isLoaded, string? note) = await LoadKeptAsync(cancellationToken).ConfigureAwait(false);
        if (!isLoaded)
        {
            _loadTo = await _link.LastAsync(cancellationToken).ConfigureAwait(false);
        }

        if (isLoaded || _loadTo == 0)
        {
            EndLoading();
        }

        _lookedAt = _link.ServerId;
        _following = FollowAsync();
        (int mailboxes, long heads) = await LoadedAsync(cancellationToken).ConfigureAwait(false);
        _tidying = RunTidyingAsync();
        lock (_lock)
        {
            if (_options.HeadsFile.Length > 0)
            {
                StartKeeping();
            }
        }

        return new PostboxOpening { Epoch = epoch, Mailboxes = mailboxes, Heads = heads, LastSequence = last, Note = Said(note) };
    }

    private string? Said(string? problem) => problem == null ? null
        : $"{_options.HeadsFile} counts for nothing ({problem}): all heads were read from {Address} instead, and it is written anew";

    // as long as something comes
    private async Task<(int Mailboxes, long Heads)> LoadedAsync(CancellationToken cancellationToken)
    {
        long passed;
        do
        {
            passed = Volatile.Read(ref _passed);
            try
            {
                return await _loaded.Task.WaitAsync(_options.Patience * 2, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // looked at below
            }
        }
        while (Volatile.Read(ref _passed) != passed);
        throw Unavailable($"it has sent {passed} of {_loadTo} messages, and no more: {_followProblem ?? "nothing comes"}");
    }

    private void SetMaxBytes(JsonElement config) =>
        Volatile.Write(ref _maxBytes, Math.Max(0, config.GetProperty("max_bytes").GetInt64()));

    private async Task<JsonDocument> GetOrMakeAsync(CancellationToken cancellationToken)
    {
        string stream = _link.Stream;
        JsonDocument info = await _link.AskAsync($"STREAM.INFO.{stream}", [], cancellationToken).ConfigureAwait(false);
        if (!NatsLink.IsError(info, out int code, out string text))
        {
            return info;
        }

        info.Dispose();
        if (code != NoStream)
        {
            throw Unusable($"{Address} does not tell of the stream '{stream}': {text}");
        }

        if (!_options.MayMake)
        {
            throw Unusable($"{Address} has no stream '{stream}'; give the address of a store that a gateway has used");
        }

        string description = $"{Mark}{BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4)):x8}";
        string config = $$"""
            {"name":"{{stream}}","description":"{{description}}","subjects":["{{stream}}.>"],"retention":"limits","storage":"file",
            "discard":"new","max_consumers":-1,"max_msgs":-1,"max_bytes":{{(_options.MaxBytes > 0 ? _options.MaxBytes : -1)}},
            "max_age":0,"max_msgs_per_subject":1,"max_msg_size":-1,"num_replicas":{{_options.Replicas}},"allow_direct":true,
            "deny_purge":false,"deny_delete":false,"allow_rollup_hdrs":false,"duplicate_window":100000000}
            """;
        using JsonDocument made = await _link.AskAsync($"STREAM.CREATE.{stream}", Encoding.ASCII.GetBytes(config), cancellationToken)
            .ConfigureAwait(false);
        if (NatsLink.IsError(made, out code, out text) && code != NameInUse)
        {
            throw code is NotClustered or NoPeers ? Unreplicated($"can't keep mail on {_options.Replicas} servers ({text})")
                : Unusable($"{Address} does not make the stream '{stream}': {text}");
        }

        // of two gateways that make it, one is first
        info = await _link.AskAsync($"STREAM.INFO.{stream}", [], cancellationToken).ConfigureAwait(false);
        return NatsLink.IsError(info, out _, out text) ? throw Unusable($"{Address} does not tell of the stream '{stream}': {text}") : info;
    }

    private PostboxStoreException Unreplicated(string why) => Unusable(
        $"{Address} {why}: one server acknowledges before it has synced its disk, and a power cut then loses mail that senders have "
        + "receipts for. Give a cluster of three servers; or accept that with postbox.natsReplicas = 1");

    private void Check(JsonElement config, string description)
    {
        string stream = _link.Stream;
        if (!description.StartsWith(Mark, StringComparison.Ordinal) || description.Length != Mark.Length + 8)
        {
            throw Unusable($"the stream '{stream}' of {Address} is not a store of mail, or of a newer version; give another name after the "
                + "address, as in nats://HOST:4222/orchard");
        }

        int replicas = config.GetProperty("num_replicas").GetInt32();
        if (replicas < _options.Replicas && replicas == 1)
        {
            throw Unreplicated($"keeps the stream '{stream}' on one server (nats stream edit {stream} --replicas 3 mends that)");
        }

        if (config.GetProperty("max_msgs_per_subject").GetInt64() != 1 || config.GetProperty("discard").GetString() != "new"
            || config.GetProperty("storage").GetString() != "file" || config.GetProperty("retention").GetString() != "limits"
            || config.GetProperty("max_msgs").GetInt64() > 0 || config.GetProperty("max_age").GetInt64() > 0)
        {
            throw Unusable($"the stream '{stream}' of {Address} is set up in a way that loses mail: it has to be in files, with limits, "
                + "discard new, one message per subject, and neither an age nor a number of messages");
        }
    }

    // until the store is closed
    private async Task FollowAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            using CancellationTokenSource round = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            lock (_lock)
            {
                _round = round;
            }

            bool goesOn = await FollowRoundAsync(round).ConfigureAwait(false);
            lock (_lock)
            {
                _round = null;
            }

            if (!goesOn)
            {
                return;
            }

            await Task.Delay(_pause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // until following can't go on; false: it never can
    private async Task<bool> FollowRoundAsync(CancellationTokenSource round)
    {
        Task mending = Task.CompletedTask;
        try
        {
            LookBack back = await LookBackAsync(round.Token).ConfigureAwait(false);
            await foreach (NatsEntry entry in _link.FollowAsync(back.From, Begin, round.Token).ConfigureAwait(false))
            {
                if (entry.Sequence <= back.Passed)
                {
                    LookAtFormer(back, entry);
                }
                else
                {
                    Take(entry.Sequence, entry.Record);
                }

                back.Count(1);
            }

            void Begin(long count)
            {
                back.Begin(count);
                mending = MendAsync(back, round);
            }
        }
        catch (OperationCanceledException) when (round.IsCancellationRequested)
        {
            _followProblem ??= "what the server has is looked at";
        }
        catch (Exception e) when (IsFault(e) || e is OperationCanceledException)
        {
            _followProblem = Words(e);
        }
        catch (Exception e)
        {
            // nobody hears of anything any more
            _problem ??= $"{Address} takes nothing since the stream can't be followed: {e.Message}; start the gateway again";
            _loaded.TrySetException(Unusable($"{Address} has what this gateway can't take: {e.Message}", e));
            return false;
        }

        _lookedAt = null;
        await round.CancelAsync().ConfigureAwait(false);
        await mending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lookedAt = null;
        return true;
    }

    // the next message; null for one that no store has written
    private void Take(long sequence, NatsRecord? record)
    {
        lock (_lock)
        {
            if (sequence <= _passed)
            {
                return;
            }

            _passed = sequence;
            if (!_isLoaded)
            {
                _sinceKept++;
                if (record != null)
                {
                    _stream.Load(sequence, record);
                }

                if (sequence >= _loadTo)
                {
                    EndLoading();
                }

                return;
            }

            if (record != null)
            {
                bool isOwn = record.Writer == _link.Writer;
                (int left, int replaced) = (_stream.Left.Count, _stream.Replaced.Count);
                IReadOnlyList<PostboxChange> changes = Change(list => _stream.Apply(sequence, record, list), !isOwn);
                if (record.Kind != NatsRecordKind.Mark)
                {
                    _recent.Add(sequence, record, Environment.TickCount64);
                }

                if (isOwn)
                {
                    TakeMark(sequence, record);
                    _link.Applied(record.Number, sequence, changes);
                    WakeTidying();
                }
                else
                {
                    // its writer tidies up
                    _stream.Left.RemoveRange(left, _stream.Left.Count - left);
                    _stream.Replaced.RemoveRange(replaced, _stream.Replaced.Count - replaced);
                }
            }

            CountForKeeping();
            while (_waiting.TryPeek(out TaskCompletionSource? one, out long to) && to <= sequence)
            {
                _waiting.Dequeue();
                one.TrySetResult();
            }
        }
    }

    private void EndLoading()
    {
        lock (_lock)
        {
            if (_isLoaded)
            {
                return;
            }

            _stream.EndLoading();
            _isLoaded = true;
            foreach (PostboxMailbox mailbox in _stream.Index.AllMailboxes())
            {
                _observer!(new PostboxChange(PostboxChangeKind.MailboxSaved, mailbox.Box) { Mailbox = mailbox });
            }

            PostboxHead[] heads = [.. _stream.Index.AllMailboxes().SelectMany(one => _stream.Index.Heads(one.Box))];
            Array.Sort(Array.ConvertAll(heads, one => one.Sequence), heads);
            foreach (PostboxHead head in heads)
            {
                _observer!(new PostboxChange(PostboxChangeKind.Appended, head.Box) { Head = head });
            }

            _keepAfter = _options.KeepAfter;
            _loaded.TrySetResult((_stream.Index.Mailboxes, heads.Length));
        }
    }

    // changes what is known, and tells the observer
    private List<PostboxChange> Change(Action<List<PostboxChange>> what, bool isForeign)
    {
        List<PostboxChange> changes = [];
        lock (_lock)
        {
            what(changes);
            foreach (PostboxChange change in changes)
            {
                try
                {
                    _observer!(change with { IsForeign = isForeign });
                }
                catch (Exception e)
                {
                    // the stream has it, and nothing more is taken by who doesn't know it
                    _problem ??= $"{Address} takes nothing since a change could not be told: {e.Message}; start the gateway again";
                }
            }
        }

        return changes;
    }

    // until a message was applied
    private async Task PassedAsync(long sequence, CancellationToken cancellationToken)
    {
        TaskCompletionSource passed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_passed >= sequence)
            {
                return;
            }

            _waiting.Enqueue(passed, sequence);
        }

        try
        {
            await passed.Task.WaitAsync(_options.Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Unavailable($"this gateway is behind: it has heard up to {_passed} of {sequence}");
        }
    }

    // whether the stream is the one that was opened, and goes on from there
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        // read before, as more comes while the answer is on its way
        long passed = Volatile.Read(ref _passed);
        long last = await AgreedLastAsync(passed, cancellationToken).ConfigureAwait(false);
        if (_problem != null)
        {
            return;
        }

        if (last < passed)
        {
            // where the following has just begun anew, it is looking already
            if (IsLookedThrough)
            {
                StartRoundAgain();
            }

            throw new NatsJSException($"the stream has {last} messages of {passed}: what is known here is written again");
        }

        if (_followProblem is { } problem)
        {
            throw new NatsJSException(problem);
        }

        await CheckFollowingAsync(last, cancellationToken).ConfigureAwait(false);
    }

    private async Task<long> AgreedLastAsync(long passed, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        long last = await LastSequenceAsync(cancellationToken).ConfigureAwait(false);
        while (last < passed && _problem == null && Stopwatch.GetElapsedTime(began) < _disagreement)
        {
            // in a cluster another server than the one that answers may have sent it, a moment ago
            await Task.Delay(_pause, cancellationToken).ConfigureAwait(false);
            last = await LastSequenceAsync(cancellationToken).ConfigureAwait(false);
        }

        return last;
    }

    private string Another => $"the stream '{_link.Stream}' of {Address} is another one, or has lost its last messages (a server without "
        + "replicas after a power cut, or a backup): start the gateway again to go on with what is there";

    private async Task<long> LastSequenceAsync(CancellationToken cancellationToken)
    {
        using JsonDocument info = await _link.AskAsync($"STREAM.INFO.{_link.Stream}", [], cancellationToken).ConfigureAwait(false);
        if (NatsLink.IsError(info, out _, out string text))
        {
            throw new NatsJSException(text);
        }

        if (info.RootElement.GetProperty("created").GetString() != _created)
        {
            _problem = Another;
        }

        SetMaxBytes(info.RootElement.GetProperty("config"));
        return info.RootElement.GetProperty("state").GetProperty("last_seq").GetInt64();
    }

    // the server's number counts what was deleted too: who is behind it for long asks for the last that is there
    private async Task CheckFollowingAsync(long last, CancellationToken cancellationToken)
    {
        long passed = Volatile.Read(ref _passed);
        lock (_lock)
        {
            if (passed >= last || passed != _still.Passed || _still.Since == 0)
            {
                _still = (passed, passed < last ? Stopwatch.GetTimestamp() : 0);
                return;
            }

            if (Stopwatch.GetElapsedTime(_still.Since) < _options.Patience)
            {
                return;
            }
        }

        last = await _link.LastAsync(cancellationToken).ConfigureAwait(false);
        if (last > passed && Volatile.Read(ref _passed) == passed)
        {
            throw new NatsJSException($"this gateway is behind: it has heard up to {passed} of {last}, and no more comes");
        }
    }
}
