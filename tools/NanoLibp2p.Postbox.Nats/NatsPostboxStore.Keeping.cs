using System;
using System.Collections.Generic;
using System.IO;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NATS.Client.JetStream;

namespace NanoLibp2p.Postbox.Nats;

// What the stream came to, kept in a file of the gateway's, so that the next start reads what came since only.
//
// The file is as of one message of the stream, a mark with a random token. Where that message is there, the stream has all that came before
// it, and what came since is read from there on, as a gateway does that was cut off. Then the messages that are known have to be as many
// as the server says that there are; if not, and where anything else is wrong, the file counts for nothing and the whole stream is read.
public sealed partial class NatsPostboxStore
{
    private const int MaxKeptRounds = 4;

    private NatsHeads? _kept;
    private Task _keeping = Task.CompletedTask;
    private NatsMark _mark;
    private long _sinceKept;
    private long _keepAfter;

    /// <summary>Whether the heads were taken from the file when it opened.</summary>
    internal bool WasKept { get; private set; }

    /// <summary>Ends when what there is to be kept is kept.</summary>
    internal Task Keeping => _keeping;

    // whether what is in the file was right; then the store is loaded
    private async Task<(bool IsLoaded, string? Problem)> LoadKeptAsync(CancellationToken cancellationToken)
    {
        if (_options.HeadsFile.Length == 0)
        {
            return (false, null);
        }

        NatsHeads? kept = NatsHeads.Read(_options.HeadsFile, out string? problem);
        if (kept == null)
        {
            return (false, problem);
        }

        // the next one takes this one's place
        _mark = kept.Mark;
        try
        {
            if (await _link.HasAsync(kept.Mark, cancellationToken).ConfigureAwait(false))
            {
                return (await GoOnFromAsync(NatsState.From(kept), kept.Mark.Sequence, cancellationToken).ConfigureAwait(false), null);
            }
        }
        catch (Exception e) when (IsFault(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // said where the whole is read, if it lasts
        }

        return (false, null);
    }

    private async Task<bool> GoOnFromAsync(NatsState state, long passed, CancellationToken cancellationToken)
    {
        long from = passed;
        (long, long, long) before = default;
        for (int round = 0; round < MaxKeptRounds; round++)
        {
            (long messages, long others, long last) = await _link.CountAsync(cancellationToken).ConfigureAwait(false);
            if (before == (messages, others, last))
            {
                // nobody is at work on it
                return false;
            }

            before = (messages, others, last);
            long to = await _link.LastAsync(cancellationToken).ConfigureAwait(false);
            if (to > passed)
            {
                // what is deleted meanwhile does not come
                using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                patience.CancelAfter(_options.Patience * 2);
                await foreach (NatsEntry entry in _link.FollowAsync(passed + 1, _ => { }, patience.Token).ConfigureAwait(false))
                {
                    patience.CancelAfter(_options.Patience * 2);
                    passed = entry.Sequence;
                    if (entry.Record is { } record)
                    {
                        state.Load(passed, record);
                    }

                    if (passed >= to)
                    {
                        break;
                    }
                }
            }

            // what was replaced has its fate in the stream, unless it was forgotten before, which nobody told
            if (passed <= last && state.Messages + others == messages && state.Unwritten.Count == 0)
            {
                Adopt(state, passed, passed - from);
                return true;
            }

            // others may be at work on it, as on what they have just forgotten
            await Task.Delay(_pause, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private void Adopt(NatsState state, long passed, long since)
    {
        // the server has none of these any more, and has all of those
        state.Left.Clear();
        state.Replaced.Clear();
        lock (_lock)
        {
            _stream = state;
            _passed = _loadTo = passed;
            _sinceKept = since;
            WasKept = true;
        }
    }

    // under the lock: one more message was applied
    private void CountForKeeping()
    {
        if (_options.HeadsFile.Length > 0 && ++_sinceKept >= _keepAfter && _keeping.IsCompleted)
        {
            StartKeeping();
        }
    }

    // under the lock
    private void StartKeeping()
    {
        long heads = _stream.Messages;
        _keepAfter = Math.Max(_options.KeepAfter, heads / 4);
        if (_sinceKept >= _keepAfter && _state == State.Open)
        {
            _keeping = Task.Run(KeepAsync);
        }
    }

    // a mark is published; when it is back, what there is then is written
    private async Task KeepAsync()
    {
        NatsRecord record;
        lock (_lock)
        {
            _sinceKept = 0;
            long place = _mark.Place == 0 ? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) : _mark.Place;
            record = new NatsRecord
            {
                Kind = NatsRecordKind.Mark, Writer = _link.Writer, Number = _link.NextNumber(),
                Token = new Int128(BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)),
                    BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8))),
            };
            _mark = new NatsMark(0, place, record.Token);
        }

        try
        {
            await PublishAsync([new NatsMessage(_mark.SubjectOf(_link.Stream), record, default, null)], _stopping.Token)
                .ConfigureAwait(false);
            NatsHeads? kept;
            lock (_lock)
            {
                (kept, _kept) = (_kept, null);
                if (kept == null)
                {
                    // soon, and not only when as much has come again
                    _sinceKept = Math.Max(_sinceKept, _keepAfter - (_options.KeepAfter / 4));
                }
            }

            kept?.Write(_options.HeadsFile);
        }
        catch (Exception e) when (IsFault(e) || e is OperationCanceledException or UnauthorizedAccessException)
        {
            // it is a start that takes longer
        }
    }

    // under the lock: the mark may be back
    private void TakeMark(long sequence, NatsRecord record)
    {
        if (record.Kind == NatsRecordKind.Mark && record.Token == _mark.Token)
        {
            _mark = _mark with { Sequence = sequence };
            _kept = _stream.Keep(_mark);
        }
    }
}
