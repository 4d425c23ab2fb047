using System;
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
/// on its way is bounded by the server's flow control (32 MiB), which is answered when all before it is taken. It ends with an exception
/// when something is missing, when the server says so, when the connection breaks, or when not even a heartbeat has come for
/// <see cref="Silence"/>. Pushed by the server: a million headers cost it 4.3 to 5.2 s of the processor, and 5 to 6.4 s when asked for.
/// </summary>
internal sealed class NatsFollower : NatsSubscription, IAsyncDisposable
{
    /// <summary>After how long without anything it ends; the server sends a heartbeat each second.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(500);

    private readonly NatsConnection _connection;
    private readonly Channel<NatsEntry> _entries = Channel.CreateUnbounded<NatsEntry>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });

    private readonly Timer _timer;
    private long _heard = Environment.TickCount64;
    private long _number;
    private string? _asked;

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

    /// <summary>Tells the messages. Ends with an exception only.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The messages.</returns>
    internal async IAsyncEnumerable<NatsEntry> ReadAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            while (_entries.Reader.TryRead(out NatsEntry entry))
            {
                if (entry.Ask == null)
                {
                    yield return entry;
                }
                else
                {
                    await _connection.PublishAsync(entry.Ask, cancellationToken: cancellationToken).ConfigureAwait(false);
                }
            }
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
            TakeStatus(reply, headers);
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

    /// <summary>The value of a header.</summary>
    /// <param name="headers">The lines of the headers.</param>
    /// <param name="name">Its name; of one that is there more than once the last counts.</param>
    /// <returns>The value; empty for none.</returns>
    internal static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> headers, ReadOnlySpan<char> name)
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

    // "NATS/1.0 100 Idle Heartbeat", "NATS/1.0 100 FlowControl Request"
    private void TakeStatus(string? reply, ReadOnlySpan<byte> headers)
    {
        int end = headers.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? headers : headers[..end];
        ReadOnlySpan<byte> status = line[Math.Min(line.Length, "NATS/1.0".Length)..].Trim((byte)' ');
        if (!status.StartsWith("100"u8))
        {
            End($"the server ends what it was asked for: {Encoding.UTF8.GetString(status)}");
            return;
        }

        // a heartbeat names what was asked before and not answered: each is answered once
        string? asked = reply ?? Encoding.UTF8.GetString(Value(headers, "Nats-Consumer-Stalled"));
        if (asked.Length > 0 && asked != _asked)
        {
            _asked = asked;
            _entries.Writer.TryWrite(new NatsEntry(0, null, asked));
        }
    }

    private void Look()
    {
        if (Environment.TickCount64 - Volatile.Read(ref _heard) > Silence.TotalMilliseconds)
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
