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
    private readonly NanoNode _nano;
    private readonly Pongs _pongs = new();
    private readonly Ends _ends = new();

    public NanoDialer(NanoNode nano)
    {
        _nano = nano;
        nano.Node.Ping.Events = _pongs;
        nano.Perf.Events = _ends;
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
            int seen = _pongs.Count;
            long start = Stopwatch.GetTimestamp();
            if (!_nano.Node.Ping.Send(connection))
            {
                throw new InvalidOperationException("no room for a ping");
            }

            _nano.RunUntil(() => _pongs.Count > seen, "a pong");
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
        Connection connection = _nano.Dial(address);
        _nano.RunUntil(() => _nano.Connected == connection || _nano.Ended != CloseReason.None, "a connection to " + address);
        return _nano.Ended == CloseReason.None
            ? connection : throw new InvalidOperationException($"the dial to {address} failed: {_nano.Ended}");
    }

    private void Close(Connection connection)
    {
        connection.Close();
        _nano.RunUntil(() => connection.State == ConnectionState.Free, "the connection's end");
    }

    private double Transfer(Connection connection, long upload, long download)
    {
        int seen = _ends.Count;
        long start = Stopwatch.GetTimestamp();
        if (_nano.Perf.Start(connection, (ulong)upload, (ulong)download) == null)
        {
            throw new InvalidOperationException("no stream left for perf");
        }

        _nano.RunUntil(() => _ends.Count > seen, $"{upload} bytes up and {download} down");
        return _ends.Complete ? Stopwatch.GetElapsedTime(start).TotalSeconds : throw new InvalidOperationException("perf broke off");
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
