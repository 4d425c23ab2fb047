using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
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

/// <summary>
/// A connection to the servers, and the calls of JetStream that a store needs. What is published is answered twice: a refusal comes as the
/// reply, success as the message itself when the follower has applied it (<see cref="Applied"/>).
/// </summary>
internal sealed class NatsLink : IAsyncDisposable
{
    private const int WrongSequence = 10071;
    private const int StoreFailed = 10077;
    private const int NoResources = 10023;
    private const int NoAccountResources = 10047;
    private const int NoMessage = 10037;
    private const string Api = "$JS.API.";

    private readonly NatsPostboxOptions _options;
    private readonly NatsConnection _connection;
    private readonly string _replies;
    private readonly ConcurrentDictionary<long, (NatsBatch Batch, int Index)> _pending = new();
    private readonly NatsReplies _heard;
    private long _number;

    internal NatsLink(NatsPostboxOptions options, string servers, string stream)
    {
        _options = options;
        Stream = stream;
        Writer = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        _replies = $"_{stream}.replies.{Writer:x16}";
        _connection = new NatsConnection(new NatsOpts
        {
            Url = servers,
            Name = "nanolibp2p postbox",
            AuthOpts = Credentials(options.CredentialsFile),
            RequestTimeout = options.Patience,
            CommandTimeout = options.Patience,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            ReconnectWaitMin = TimeSpan.FromMilliseconds(50),
            ReconnectWaitMax = TimeSpan.FromSeconds(2),
            PingInterval = TimeSpan.FromSeconds(5),
            PublishTimeoutOnDisconnected = true,
            IgnoreAuthErrorAbort = true,
        });
        _heard = new NatsReplies(_connection, _replies, Refused);
    }

    /// <summary>The stream's name, with which its subjects begin.</summary>
    internal string Stream { get; }

    /// <summary>Which of the writers of the stream this one is.</summary>
    internal long Writer { get; }

    /// <summary>Whether a server is connected.</summary>
    internal bool IsConnected => _connection.ConnectionState == NatsConnectionState.Open;

    /// <summary>The server's number for itself, another each time it is started; null before one has said.</summary>
    internal string? ServerId => _connection.ServerInfo?.Id;

    /// <summary>The most bytes of a message with its headers; 0 before a server has said.</summary>
    internal int MaxPayload => _connection.ServerInfo?.MaxPayload ?? 0;

    /// <summary>Connects, and hears replies from then on.</summary>
    internal async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _connection.ConnectAsync().AsTask().WaitAsync(_options.Patience, cancellationToken).ConfigureAwait(false);
        await _connection.AddSubAsync(_heard, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Follows the stream. Ends with an exception when that can't go on.</summary>
    /// <param name="from">The first message's number.</param>
    /// <param name="begun">Called when a server has agreed to send them, with how many there are.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The messages, in order.</returns>
    internal async IAsyncEnumerable<NatsEntry> FollowAsync(
        long from, Action<long> begun, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // not an inbox of the client's own making, as it takes what comes there for itself
        string inbox = $"_INBOX.{Guid.NewGuid():N}";
        string config = $$$"""
            {"stream_name":"{{{Stream}}}","config":{"deliver_subject":"{{{inbox}}}","deliver_policy":"by_start_sequence",
            "opt_start_seq":{{{from}}},"ack_policy":"none","replay_policy":"instant","headers_only":true,"num_replicas":1,
            "mem_storage":true,"flow_control":true,"idle_heartbeat":1000000000,"inactive_threshold":60000000000}}
            """;

        // heard from before the consumer is there on, so that nothing is sent to nobody
        await using NatsFollower follower = new(_connection, inbox);
        await _connection.AddSubAsync(follower, cancellationToken).ConfigureAwait(false);
        string consumer;
        long pending;
        using (JsonDocument made = await AskAsync($"CONSUMER.CREATE.{Stream}", Encoding.ASCII.GetBytes(config), cancellationToken)
            .ConfigureAwait(false))
        {
            consumer = IsError(made, out _, out string text) ? throw new NatsJSException(text)
                : made.RootElement.GetProperty("name").GetString() ?? "";
            pending = made.RootElement.TryGetProperty("num_pending", out JsonElement count) ? count.GetInt64() : 0;
        }

        try
        {
            begun(pending);
            await foreach (NatsEntry entry in follower.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return entry;
            }
        }
        finally
        {
            // it would go by itself, after a while
            if (IsConnected)
            {
                await _connection.PublishAsync($"{Api}CONSUMER.DELETE.{Stream}.{consumer}", cancellationToken: CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }
    }

    /// <summary>Publishes records, in this order, without waiting for answers.</summary>
    /// <param name="messages">Subject, record, body, and the message that has to be the subject's last, 0 for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What becomes of each.</returns>
    internal async Task<IReadOnlyList<NatsOutcome>> PublishAsync(
        IReadOnlyList<NatsMessage> messages, CancellationToken cancellationToken)
    {
        NatsBatch batch = new(messages.Count);
        long[] numbers = new long[messages.Count];
        try
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                (string subject, NatsRecord record, ReadOnlyMemory<byte> body, long? expected) = messages[i];
                numbers[i] = record.Number;
                _pending[record.Number] = (batch, i);
                if (!IsConnected)
                {
                    batch.Tell(i, new NatsOutcome(NatsOutcomeKind.Refused, [], Reason: "no server answers"));
                    continue;
                }

                NatsHeaders headers = new() { [NatsRecord.Header] = record.Write() };
                if (expected is { } sequence)
                {
                    headers["Nats-Expected-Last-Subject-Sequence"] = sequence.ToString(CultureInfo.InvariantCulture);
                }

                try
                {
                    await _connection.PublishAsync(subject, body, headers, $"{_replies}.{record.Number}",
                        NatsRawSerializer<ReadOnlyMemory<byte>>.Default, cancellationToken: cancellationToken).ConfigureAwait(false);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested
                    && e is NatsException or TimeoutException or System.IO.IOException or OperationCanceledException)
                {
                    batch.Tell(i, new NatsOutcome(NatsOutcomeKind.Unknown, [], Reason: e.Message));
                }
            }

            return await batch.WaitAsync(_options.Patience,
                () => IsConnected ? $"no answer came within {_options.Patience.TotalSeconds} s; the cluster may be choosing a leader"
                    : "the server went away", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (long number in numbers)
            {
                _pending.TryRemove(number, out _);
            }
        }
    }

    /// <summary>A number for the next record.</summary>
    internal long NextNumber() => Interlocked.Increment(ref _number);

    /// <summary>Tells that a record of this writer is in the stream, and what it changed.</summary>
    internal void Applied(long number, long sequence, IReadOnlyList<PostboxChange> changes)
    {
        if (_pending.TryRemove(number, out (NatsBatch Batch, int Index) pending))
        {
            pending.Batch.Tell(pending.Index, new NatsOutcome(NatsOutcomeKind.InStream, changes, sequence));
        }
    }

    /// <summary>Reads a body: from the nearest server that has it, else from the one that leads the stream.</summary>
    /// <param name="sequence">The message.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The body; null when the leader says that there is no such message.</returns>
    /// <exception cref="NatsJSException">Nobody leads, or the answer is another error.</exception>
    internal async Task<byte[]?> ReadAsync(long sequence, CancellationToken cancellationToken)
    {
        byte[] question = Encoding.ASCII.GetBytes($$"""{"seq":{{sequence}}}""");
        NatsMsg<byte[]> near = await RequestAsync($"DIRECT.GET.{Stream}", question, cancellationToken).ConfigureAwait(false);
        if (near.Headers is { Code: 0 } && !near.HasNoResponders)
        {
            return near.Data ?? [];
        }

        // a replica may be a moment behind
        using JsonDocument? answer = await GetAsync(question, cancellationToken).ConfigureAwait(false);
        return answer == null ? null
            : answer.RootElement.GetProperty("message").TryGetProperty("data", out JsonElement data) ? data.GetBytesFromBase64() : [];
    }

    /// <summary>The number of the last message that there is; 0 for none.</summary>
    internal async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        // asked for ">", nats-server 2.9.10 says that there is none where the last of all was deleted
        byte[] question = Encoding.ASCII.GetBytes($$"""{"last_by_subj":"{{Stream}}.>"}""");
        using JsonDocument? answer = await GetAsync(question, cancellationToken).ConfigureAwait(false);
        return answer?.RootElement.GetProperty("message").GetProperty("seq").GetInt64() ?? 0;
    }

    /// <summary>Whether the stream has a mark.</summary>
    internal async Task<bool> HasAsync(NatsMark mark, CancellationToken cancellationToken)
    {
        byte[] question = Encoding.ASCII.GetBytes($$"""{"seq":{{mark.Sequence}}}""");
        using JsonDocument? answer = await GetAsync(question, cancellationToken).ConfigureAwait(false);
        if (answer == null)
        {
            return false;
        }

        JsonElement message = answer.RootElement.GetProperty("message");
        string subject = message.GetProperty("subject").GetString() ?? "";
        return subject == mark.SubjectOf(Stream) && message.TryGetProperty("hdrs", out JsonElement headers)
            && NatsRecord.Read(subject, NatsFollower.Value(headers.GetBytesFromBase64(), NatsRecord.Header), mark.Sequence) is { } there
            && there.Kind == NatsRecordKind.Mark && there.Token == mark.Token;
    }

    /// <summary>How many messages there are, how many of them are no mailbox's, and the last number that was given.</summary>
    internal async Task<(long Messages, long Others, long Last)> CountAsync(CancellationToken cancellationToken)
    {
        byte[] question = Encoding.ASCII.GetBytes($$"""{"subjects_filter":"{{Stream}}.-.>"}""");
        using JsonDocument answer = await AskAsync($"STREAM.INFO.{Stream}", question, cancellationToken).ConfigureAwait(false);
        if (IsError(answer, out _, out string text))
        {
            throw new NatsJSException(text);
        }

        JsonElement state = answer.RootElement.GetProperty("state");
        long others = state.TryGetProperty("subjects", out JsonElement subjects)
            ? subjects.EnumerateObject().Sum(one => one.Value.GetInt64()) : 0;
        return (state.GetProperty("messages").GetInt64(), others, state.GetProperty("last_seq").GetInt64());
    }

    /// <summary>Publishes messages that say nothing, of one subject, so that the stream gives higher numbers from then on.</summary>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>When the stream has them.</returns>
    internal async Task FillAsync(long count, CancellationToken cancellationToken)
    {
        for (; count > 0; count -= 256)
        {
            await Task.WhenAll(Enumerable.Range(0, (int)Math.Min(count, 256)).Select(async _ =>
            {
                NatsMsg<byte[]> answer = await AskForAsync($"{Stream}.-.number", [], cancellationToken).ConfigureAwait(false);
                using JsonDocument said = JsonDocument.Parse(answer.Data is { Length: > 0 } bytes ? bytes : "{}"u8.ToArray());
                if (answer.HasNoResponders || IsError(said, out int _, out string _))
                {
                    throw new NatsJSException("the stream takes nothing");
                }
            })).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes messages; what is not there any more is passed over.</summary>
    internal async Task DeleteAsync(IReadOnlyList<long> sequences, CancellationToken cancellationToken)
    {
        foreach (long[] some in sequences.Chunk(256))
        {
            await Task.WhenAll(some.Select(async sequence =>
            {
                byte[] question = Encoding.ASCII.GetBytes($$"""{"seq":{{sequence}}}""");
                using JsonDocument answer = await AskAsync($"STREAM.MSG.DELETE.{Stream}", question, cancellationToken)
                    .ConfigureAwait(false);
                if (!IsError(answer, out _, out string text))
                {
                    return;
                }

                // what is not there any more has several errors
                using JsonDocument? there = await GetAsync(question, cancellationToken).ConfigureAwait(false);
                if (there != null)
                {
                    throw new NatsJSException($"message {sequence} can't be deleted: {text}");
                }
            })).ConfigureAwait(false);
        }
    }

    /// <summary>Deletes what a mailbox has from before a message.</summary>
    internal async Task PurgeAsync(BoxId box, long before, CancellationToken cancellationToken)
    {
        string question = $$"""{"filter":"{{NatsRecord.SubjectOf(Stream, box)}}.*","seq":{{before}}}""";
        using JsonDocument answer = await AskAsync($"STREAM.PURGE.{Stream}", Encoding.ASCII.GetBytes(question), cancellationToken)
            .ConfigureAwait(false);
        if (IsError(answer, out _, out string text))
        {
            throw new NatsJSException(text);
        }
    }

    /// <summary>Whether an answer of JetStream is an error.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="code">The error's number; 0 for none.</param>
    /// <param name="text">What the server says of it.</param>
    /// <returns>Whether it is.</returns>
    internal static bool IsError(JsonDocument answer, out int code, out string text)
    {
        code = 0;
        text = "";
        if (!answer.RootElement.TryGetProperty("error", out JsonElement error))
        {
            return false;
        }

        code = error.TryGetProperty("err_code", out JsonElement number) ? number.GetInt32() : 0;
        text = error.TryGetProperty("description", out JsonElement words) ? words.GetString() ?? "" : "";
        return true;
    }

    /// <summary>Asks JetStream something.</summary>
    /// <returns>Its answer, which may be an error: see <see cref="IsError"/>.</returns>
    /// <exception cref="NatsJSException">It has none.</exception>
    internal async Task<JsonDocument> AskAsync(string what, byte[] question, CancellationToken cancellationToken)
    {
        NatsMsg<byte[]> answer = await RequestAsync(what, question, cancellationToken).ConfigureAwait(false);
        if (answer.HasNoResponders || answer.Data is not { Length: > 0 } bytes)
        {
            throw new NatsJSException("no server of it leads, or JetStream is not enabled there");
        }

        return JsonDocument.Parse(bytes);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);

        // however it ended, those that wait are told
        foreach ((NatsBatch batch, int index) in _pending.Values)
        {
            batch.Tell(index, new NatsOutcome(NatsOutcomeKind.Unknown, [], Reason: "the store was closed"));
        }
    }

    // what the leader has; null for no such message
    private async Task<JsonDocument?> GetAsync(byte[] question, CancellationToken cancellationToken)
    {
        JsonDocument answer = await AskAsync($"STREAM.MSG.GET.{Stream}", question, cancellationToken).ConfigureAwait(false);
        if (!IsError(answer, out int code, out string text))
        {
            return answer;
        }

        answer.Dispose();
        return code == NoMessage ? null : throw new NatsJSException(text);
    }

    private Task<NatsMsg<byte[]>> RequestAsync(string what, byte[] question, CancellationToken cancellationToken) =>
        AskForAsync(Api + what, question, cancellationToken);

    private async Task<NatsMsg<byte[]>> AskForAsync(string subject, byte[] question, CancellationToken cancellationToken)
    {
        if (!IsConnected)
        {
            throw new NatsException("no server answers");
        }

        try
        {
            return await _connection.RequestAsync<byte[], byte[]>(subject, question, cancellationToken: cancellationToken)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // the client's own time is over
            throw new TimeoutException("no answer came in time", e);
        }
    }

    // as nsc writes them, between lines of dashes; or a user and a password
    private static NatsAuthOpts Credentials(string file)
    {
        if (file.Length == 0)
        {
            return NatsAuthOpts.Default;
        }

        string text;
        try
        {
            text = System.IO.File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is System.IO.IOException or UnauthorizedAccessException)
        {
            throw new PostboxStoreException(StoreFault.Unusable, $"the credentials for NATS can't be read: {e.Message}", e);
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return text.StartsWith("-----", StringComparison.Ordinal) ? new NatsAuthOpts { CredsFile = file }
            : colon > 0 && !text.Contains('\n', StringComparison.Ordinal)
                ? new NatsAuthOpts { Username = text[..colon], Password = text[(colon + 1)..] }
            : throw new PostboxStoreException(StoreFault.Unusable,
                $"{file} has no credentials for NATS; give a file that nsc wrote, or one line USER:PASSWORD");
    }

    private void Refused(string number, bool isUnheard, byte[] answer)
    {
        if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long of)
            && _pending.TryRemove(of, out (NatsBatch Batch, int Index) pending))
        {
            pending.Batch.Tell(pending.Index, Refusal(isUnheard, answer));
        }
    }

    private static NatsOutcome Refusal(bool isUnheard, byte[] reply)
    {
        if (isUnheard)
        {
            return new NatsOutcome(NatsOutcomeKind.Refused, [], Reason: "the stream has no leader just now, or JetStream is not enabled");
        }

        try
        {
            using JsonDocument answer = JsonDocument.Parse(reply);
            JsonElement error = answer.RootElement.GetProperty("error");
            int code = error.TryGetProperty("err_code", out JsonElement number) ? number.GetInt32() : 0;
            string text = error.TryGetProperty("description", out JsonElement words) ? words.GetString() ?? "" : "";
            return code switch
            {
                WrongSequence => LastNumber(text) is { } last ? new NatsOutcome(NatsOutcomeKind.Conflict, [], last)
                    : new NatsOutcome(NatsOutcomeKind.Unknown, [], Reason: text),
                NoResources or NoAccountResources => new NatsOutcome(NatsOutcomeKind.Full, [], Reason: text),
                StoreFailed when text.Contains("maximum", StringComparison.Ordinal) =>
                    new NatsOutcome(NatsOutcomeKind.Full, [], Reason: text),
                _ => new NatsOutcome(NatsOutcomeKind.Refused, [], Reason: text),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return new NatsOutcome(NatsOutcomeKind.Unknown, [], Reason: $"an answer that no server gives: {e.Message}");
        }
    }

    // "wrong last sequence: 12"
    private static long? LastNumber(string text) =>
        long.TryParse(text.AsSpan(text.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long last) ? last : null;
}
