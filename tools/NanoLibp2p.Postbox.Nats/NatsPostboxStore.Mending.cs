using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NATS.Client.JetStream;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

// What a server that was killed has forgotten, and who still knows it writes again: each time the stream is followed anew.
//
// nats-server 2.9.10 on one server, killed by kill -9, now and then comes up with an item in place of its fate; restored from a copy, or
// after a power cut, it lacks the end of the stream. So before anything is taken again, what was heard lately is read back (LookBack), and
// what is missing of it though it still counts is published again, in the stream's order (Mend). Written twice, or by two gateways, it
// changes nothing: an item and its fate have a subject of their own, and the server says which message is there. Such a server may also
// count messages of a subject that it has not got, and then drops at once what is published there: a fate goes to a second subject then.
public sealed partial class NatsPostboxStore
{
    private const int MaxAgain = 8;
    private const int MostAtOnce = 1024;

    // by how many messages other gateways may have been ahead of this one when the stream lost its end
    private const int Ahead = 1024;

    private readonly NatsRecent _recent = new();

    // the server whose stream was looked through since the following began; what others would be asked is refused
    private volatile string? _lookedAt;
    private CancellationTokenSource? _round;
    private long _writtenAgain;

    /// <summary>How many messages were written again because a server had forgotten them.</summary>
    internal long WrittenAgain => Interlocked.Read(ref _writtenAgain);

    private bool IsLookedThrough => _lookedAt != null && _lookedAt == _link.ServerId;

    private async Task<IReadOnlyList<NatsOutcome>> PublishAsync(IReadOnlyList<NatsMessage> messages, CancellationToken cancellationToken) =>
        IsLookedThrough || !_link.IsConnected ? await _link.PublishAsync(messages, cancellationToken).ConfigureAwait(false)
            : [.. messages.Select(_ => new NatsOutcome(NatsOutcomeKind.Refused, [],
                Reason: "the server is back, and is asked first whether it has all that was acknowledged"))];

    // from which message on the stream is read, and up to which it was heard before or is there already
    private async Task<LookBack> LookBackAsync(CancellationToken cancellationToken)
    {
        string? server = _link.ServerId;
        long passed = Volatile.Read(ref _passed);
        if (passed == 0)
        {
            return new LookBack(server, 1, 0);
        }

        long last = await AgreedLastAsync(passed, cancellationToken).ConfigureAwait(false);
        if (last < passed && _problem == null)
        {
            if (passed - last > NatsRecent.MaxRecords)
            {
                _problem = Another;
            }
            else
            {
                // no number is given twice
                await _link.FillAsync(passed - last + Ahead, cancellationToken).ConfigureAwait(false);
            }
        }

        long first;
        lock (_lock)
        {
            first = _recent.First(Environment.TickCount64);
        }

        return new LookBack(server, first == 0 ? passed + 1 : first, passed);
    }

    private void LookAtFormer(LookBack back, NatsEntry entry)
    {
        lock (_lock)
        {
            if (entry.Record is not { } there || _recent.Find(entry.Sequence) is not { } heard)
            {
                return;
            }

            if ((there.Writer, there.Number) == (heard.Writer, heard.Number))
            {
                back.Seen.Add(entry.Sequence);
            }
            else
            {
                // another gateway has gone on from where the stream had lost its end
                _problem ??= Another;
            }
        }
    }

    private async Task MendAsync(LookBack back, CancellationTokenSource round)
    {
        try
        {
            // a server that has forgotten something may tell of more than it sends
            await back.HasRead.Task.WaitAsync(_options.Patience, round.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            round.Token.ThrowIfCancellationRequested();
            foreach (Forgotten[] some in Missing(back).Chunk(MostAtOnce))
            {
                await WriteAgainAsync(some, round.Token).ConfigureAwait(false);
            }

            _lookedAt = back.Server;
            _followProblem = null;
        }
        catch (Exception e) when (IsFault(e) || e is OperationCanceledException)
        {
            if (!round.IsCancellationRequested)
            {
                _followProblem = Words(e);
                await round.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private List<Forgotten> Missing(LookBack back)
    {
        lock (_lock)
        {
            // earlier notices were overwritten in turn
            int notices = _recent.All().Count(one => one.Record.Kind == NatsRecordKind.Forgotten);
            return [.. _recent.All().Where(one => (one.Record.Kind != NatsRecordKind.Forgotten || notices-- <= MaxNotices)
                && one.Sequence <= back.Passed && !back.Seen.Contains(one.Sequence) && IsCounting(one.Sequence, one.Record))
                .Select(one => new Forgotten(one.Sequence, one.Record,
                    one.Record.Kind == NatsRecordKind.Fate ? one.Record.Head!.Sequence : 0))];
        }
    }

    // under the lock: whether a message is the last of its subject, as far as this gateway has heard
    private bool IsCounting(long sequence, NatsRecord record) => record.Kind switch
    {
        NatsRecordKind.Saved or NatsRecordKind.Dropped => _stream.MessageOf(record.Box) == sequence,
        NatsRecordKind.Item or NatsRecordKind.Fate => _stream.Index.Find(record.Head!.Box, record.Head.Id) is { } head
            && _stream.MessageOf(head) == sequence,
        _ => true,
    };

    private async Task WriteAgainAsync(IReadOnlyList<Forgotten> forgotten, CancellationToken cancellationToken)
    {
        for (int i = 0; forgotten.Count > 0; i++)
        {
            List<(Forgotten One, NatsMessage Message)> again = [];
            lock (_lock)
            {
                foreach (Forgotten one in forgotten)
                {
                    if (IsCounting(one.Sequence, one.Record) && Again(one) is { } message)
                    {
                        again.Add((one, message));
                    }
                }
            }

            IReadOnlyList<NatsOutcome> outcomes = await _link.PublishAsync([.. again.Select(one => one.Message)], cancellationToken)
                .ConfigureAwait(false);
            List<Forgotten> left = [];
            bool isUnknown = false;
            for (int k = 0; k < outcomes.Count; k++)
            {
                Forgotten one = again[k].One;
                switch (outcomes[k].Kind)
                {
                    case NatsOutcomeKind.InStream:
                        Interlocked.Increment(ref _writtenAgain);
                        if (one.Record.Kind == NatsRecordKind.Dropped)
                        {
                            await _link.PurgeAsync(one.Record.Box, outcomes[k].Sequence, cancellationToken).ConfigureAwait(false);
                        }
                        else if (again[k].Message.Body.Length > 0)
                        {
                            KeepBody(outcomes[k].Sequence, again[k].Message.Body);
                        }

                        break;
                    case NatsOutcomeKind.Conflict when outcomes[k].Sequence < one.Sequence && i < MaxAgain:
                        left.Add(one with { Expected = outcomes[k].Sequence });
                        break;
                    case NatsOutcomeKind.Unknown:
                        // what is dropped at its second subject too is known here for as long as this gateway runs
                        isUnknown = true;
                        if (!one.IsElsewhere)
                        {
                            left.Add(one with { IsElsewhere = true });
                        }

                        break;
                    case NatsOutcomeKind.Refused:
                        throw new NatsJSException(outcomes[k].Reason);
                    default:
                        // another gateway was first, or there is no room
                        break;
                }
            }

            if (isUnknown)
            {
                // throws where nothing is answered at all
                await LastSequenceAsync(cancellationToken).ConfigureAwait(false);
            }

            forgotten = left;
        }
    }

    // under the lock; null where it can't be
    private NatsMessage? Again(Forgotten one)
    {
        NatsRecord record = one.Record;
        if (record.Kind == NatsRecordKind.Forgotten)
        {
            return new NatsMessage(NextNotice(), new NatsRecord
            {
                Kind = record.Kind, Writer = _link.Writer, Number = _link.NextNumber(), Forgotten = record.Forgotten,
            }, default, null);
        }

        if (record.Head == null)
        {
            return new NatsMessage(NatsRecord.SubjectOf(_link.Stream, record.Box), new NatsRecord
            {
                Kind = record.Kind, Writer = _link.Writer, Number = _link.NextNumber(), Box = record.Box, Mailbox = record.Mailbox,
                Floor = _stream.FloorOf(record.Box),
            }, default, one.Expected);
        }

        PostboxHead head = _stream.Index.Find(record.Head.Box, record.Head.Id)!;
        string subject = NatsRecord.SubjectOf(one.IsElsewhere ? _link.Stream + ".+" : _link.Stream, head.Box, head.Id);
        if (!head.IsWaiting)
        {
            return Fate(head) with { Subject = subject, Expected = one.IsElsewhere ? null : one.Expected };
        }

        // who deposited it has its bytes
        byte[]? body = _recent.Body(one.Sequence);
        return body == null ? null : new NatsMessage(NatsRecord.SubjectOf(_link.Stream, head.Box, head.Id), new NatsRecord
        {
            Kind = record.Kind, Writer = _link.Writer, Number = _link.NextNumber(), Head = head,
        }, body, one.Expected);
    }

    private void KeepBody(long sequence, ReadOnlyMemory<byte> body)
    {
        lock (_lock)
        {
            _recent.KeepBody(sequence, body.ToArray());
        }
    }

    // the following begins anew, which looks at what is there
    private void StartRoundAgain()
    {
        lock (_lock)
        {
            _ = _round?.CancelAsync();
        }
    }

    /// <summary>A message that a server has forgotten.</summary>
    /// <param name="Sequence">Its number.</param>
    /// <param name="Record">What it said.</param>
    /// <param name="Expected">Which message of its subject is there instead; 0 for none.</param>
    /// <param name="IsElsewhere">Whether it is written to a second subject.</param>
    private sealed record Forgotten(long Sequence, NatsRecord Record, long Expected, bool IsElsewhere = false);

    /// <summary>What is read back.</summary>
    /// <param name="Server">Of which server.</param>
    /// <param name="From">From which message on.</param>
    /// <param name="Passed">Up to which message it was heard before.</param>
    private sealed record LookBack(string? Server, long From, long Passed)
    {
        private long _left = long.MaxValue;

        internal HashSet<long> Seen { get; } = [];

        internal TaskCompletionSource HasRead { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // how many messages there are to be read
        internal void Begin(long count)
        {
            _left = Passed == 0 ? 0 : count;
            Count(0);
        }

        internal void Count(int read)
        {
            _left -= read;
            if (_left <= 0)
            {
                HasRead.TrySetResult();
            }
        }
    }
}
