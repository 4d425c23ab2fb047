using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// The messages of a stream's consumer, in order and without a gap: records are read on the socket's thread and taken on another. What is
/// on its way is bounded by what was asked for. It ends with an exception when something is missing, when the server says so, when the
/// connection breaks, or when not even a heartbeat has come for <see cref="Silence"/>.
/// </summary>
internal sealed class NatsFollower : NatsSubscription, IAsyncDisposable
{
    /// <summary>After how long without anything it ends; the server sends a heartbeat each second.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    // messages that one request asks for; two are under way
    private const int Batch = 8192;

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);
    private static readonly byte[] _question = Encoding.ASCII.GetBytes(
        $$"""{"batch":{{Batch}},"expires":30000000000,"idle_heartbeat":1000000000}""");

    private readonly NatsConnection _connection;
    private readonly Channel<NatsEntry> _entries = Channel.CreateUnbounded<NatsEntry>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });

    private readonly Timer _timer;
    private long _heard = Environment.TickCount64;
    private long _number;

    // asked for, and not come yet
    private long _open;

    /// <summary>Hears nothing yet.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="inbox">A subject of its own.</param>
    internal NatsFollower(NatsConnection connection, string inbox)
        : base(connection, inbox)
    {
        _connection = connection;
        _connection.ConnectionDisconnected += OnDisconnected;
        _timer = new Timer(_ => Look(), null, _look, _look);
    }

    /// <summary>Asks for messages, and tells them. Ends with an exception only.</summary>
    /// <param name="next">The subject on which the consumer is asked.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The messages.</returns>
    internal async IAsyncEnumerable<NatsEntry> ReadAsync(
        string next, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // asked for, and not taken yet
        long left = 0;
        do
        {
            do
            {
                // asked again when half is taken, the server has always something to do
                while (left <= Batch)
                {
                    left += Batch;
                    Interlocked.Add(ref _open, Batch);
                    await _connection.PublishAsync(next, _question, replyTo: Subject, serializer: NatsRawSerializer<byte[]>.Default,
                        cancellationToken: cancellationToken).ConfigureAwait(false);
                }

                if (!_entries.Reader.TryRead(out NatsEntry entry))
                {
                    break;
                }

                if (entry.Sequence > 0)
                {
                    left--;
                    yield return entry;
                }
                else
                {
                    // a request has become too old, with so many missing
                    left += entry.Sequence;
                }
            }
            while (true);
        }
        while (await _entries.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false));
        throw new NatsJSException("the following has ended");
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        _connection.ConnectionDisconnected -= OnDisconnected;
        await _timer.DisposeAsync().ConfigureAwait(false);
        if (_connection.ConnectionState == NatsConnectionState.Open)
        {
            await base.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    protected override void Take(string from, string? reply, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body)
    {
        Volatile.Write(ref _heard, Environment.TickCount64);
        if (reply == null || !IsPlace(reply, out long sequence, out long number, out long nanoseconds))
        {
            TakeStatus(headers);
            return;
        }

        if (number != _number + 1)
        {
            End($"messages {_number + 1} to {number - 1} of a consumer did not come");
            return;
        }

        _number = number;
        NatsRecord? record = NatsRecord.Read(from, Value(headers, NatsRecord.Header), sequence)
            ?.StampedBy(DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick));
        Interlocked.Decrement(ref _open);
        _entries.Writer.TryWrite(new NatsEntry(sequence, record));
    }

    /// <inheritdoc/>
    protected override void TryComplete() => _entries.Writer.TryComplete(Exception);

    // "$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQUENCE.NUMBER.TIME.PENDING", with domain and account before the stream in later versions
    private static bool IsPlace(ReadOnlySpan<char> reply, out long sequence, out long number, out long nanoseconds)
    {
        sequence = number = nanoseconds = 0;
        int skip = reply.Count('.') switch { 8 => 5, >= 10 => 7, _ => 0 };
        if (skip == 0 || !reply.StartsWith("$JS.ACK.", StringComparison.Ordinal))
        {
            return false;
        }

        for (; skip > 0; skip--)
        {
            reply = reply[(reply.IndexOf('.') + 1)..];
        }

        return IsNumber(ref reply, out sequence) && IsNumber(ref reply, out number) && IsNumber(ref reply, out nanoseconds);
    }

    private static bool IsNumber(ref ReadOnlySpan<char> rest, out long value)
    {
        int end = rest.IndexOf('.');
        bool isNumber = long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out value);
        rest = rest[(end + 1)..];
        return isNumber;
    }

    // of a header that is there more than once the last counts; none: empty
    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> headers, ReadOnlySpan<char> name)
    {
        ReadOnlySpan<byte> value = default;
        while (headers.IndexOf("\r\n"u8) is >= 0 and int end)
        {
            ReadOnlySpan<byte> line = headers[..end];
            headers = headers[(end + 2)..];
            if (line.Length > name.Length && line[name.Length] == ':' && Ascii.Equals(line[..name.Length], name))
            {
                value = line[(name.Length + 1)..].Trim((byte)' ');
            }
        }

        return value;
    }

    // "NATS/1.0 408 Request Timeout"
    private void TakeStatus(ReadOnlySpan<byte> headers)
    {
        int end = headers.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? headers : headers[..end];
        ReadOnlySpan<byte> status = line[Math.Min(line.Length, "NATS/1.0".Length)..].Trim((byte)' ');
        if (status.StartsWith("100"u8))
        {
            return;
        }

        if (!status.StartsWith("408"u8))
        {
            End($"the server ends what it was asked for: {Encoding.UTF8.GetString(status)}");
            return;
        }

        if (!Utf8Parser.TryParse(Value(headers, "Nats-Pending-Messages"), out long missing, out _))
        {
            missing = Volatile.Read(ref _open);
        }

        Interlocked.Add(ref _open, -missing);
        _entries.Writer.TryWrite(new NatsEntry(-missing, null));
    }

    private void Look()
    {
        if (Volatile.Read(ref _open) <= 0)
        {
            // all that was asked for has come, and is still being taken
            Volatile.Write(ref _heard, Environment.TickCount64);
        }
        else if (Environment.TickCount64 - Volatile.Read(ref _heard) > Silence.TotalMilliseconds)
        {
            End("nothing comes any more, and no heartbeat");
        }
    }

    private ValueTask OnDisconnected(object? sender, NatsEventArgs e)
    {
        End("the server went away");
        return ValueTask.CompletedTask;
    }

    private void End(string why) => _entries.Writer.TryComplete(new NatsJSException(why));
}
