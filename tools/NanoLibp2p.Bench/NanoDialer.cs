using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Perf;

namespace NanoLibp2p.Bench;

/// <summary>Our node as the measuring side. It runs on the caller's thread.</summary>
internal sealed class NanoDialer : IDialer
{
    private readonly NanoNode nano;
    private readonly Pongs pongs = new();
    private readonly Ends ends = new();

    public NanoDialer(NanoNode nano)
    {
        this.nano = nano;
        nano.Node.Ping.Events = pongs;
        nano.Perf.Events = ends;
    }

    public async Task<IReadOnlyList<double>> ConnectAsync(string address, int count)
    {
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            Connection connection = Connect(address);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            Close(connection);
            await Task.Delay(IDialer.RestMs);
        }

        return times;
    }

    public Task<IReadOnlyList<double>> PingAsync(string address, int count)
    {
        Connection connection = Connect(address);
        List<double> times = [];

        // the first opens the stream, as js does before it looks at its clock
        for (int i = 0; i <= count; i++)
        {
            int seen = pongs.Count;
            long start = Stopwatch.GetTimestamp();
            if (!nano.Node.Ping.Send(connection))
            {
                throw new InvalidOperationException("no room for a ping");
            }

            nano.RunUntil(() => pongs.Count > seen, "a pong");
            if (i > 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        Close(connection);
        return Task.FromResult<IReadOnlyList<double>>(times);
    }

    public Task<(double Upload, double Download)> TransferAsync(string address, long bytes)
    {
        Connection connection = Connect(address);
        double upload = Transfer(connection, bytes, 0);
        double download = Transfer(connection, 0, bytes);
        Close(connection);
        return Task.FromResult((bytes / 1e6 / upload, bytes / 1e6 / download));
    }

    private Connection Connect(string address)
    {
        Connection connection = nano.Dial(address);
        nano.RunUntil(() => nano.Connected == connection || nano.Ended != CloseReason.None, "a connection to " + address);
        return nano.Ended == CloseReason.None ? connection : throw new InvalidOperationException($"the dial to {address} failed: {nano.Ended}");
    }

    private void Close(Connection connection)
    {
        connection.Close();
        nano.RunUntil(() => connection.State == ConnectionState.Free, "the connection's end");
    }

    private double Transfer(Connection connection, long upload, long download)
    {
        int seen = ends.Count;
        long start = Stopwatch.GetTimestamp();
        if (nano.Perf.Start(connection, (ulong)upload, (ulong)download) == null)
        {
            throw new InvalidOperationException("no stream left for perf");
        }

        nano.RunUntil(() => ends.Count > seen, $"{upload} bytes up and {download} down");
        return ends.Complete ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException("perf broke off");
    }

    private sealed class Pongs : PingEvents
    {
        public int Count { get; private set; }

        public override void OnPong(Connection connection) => Count++;

        public override void OnPingFailed(Connection connection) => throw new InvalidOperationException("the ping failed");
    }

    private sealed class Ends : PerfEvents
    {
        public int Count { get; private set; }

        public bool Complete { get; private set; }

        public override void OnEnd(PerfTransfer transfer, bool complete)
        {
            Count++;
            Complete = complete;
        }
    }
}
