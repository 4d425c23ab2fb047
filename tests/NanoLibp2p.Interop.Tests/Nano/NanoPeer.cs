using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Perf;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// Our node on TCP, on a thread of its own: what a test asks of it is done there, and what happens to it is kept until the test
/// takes it.
/// </summary>
public sealed partial class NanoPeer : NodeEvents, IAsyncDisposable
{
    /// <summary>How long anything may take unless said otherwise.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // how late the node hears of what a test asks, since nothing wakes a transport
    private const int NapMs = 2;

    private readonly Node _node;
    private readonly TcpTransport _transport;
    private readonly EchoProtocol _echo = new("/echo/1.0.0");
    private readonly EchoProtocol _slowEcho = new("/slow-echo/1.0.0");
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Mailbox<NanoConnection> _connected = new("connection");
    private readonly Mailbox<NanoEnd> _ended = new("end of a connection");
    private readonly ConcurrentDictionary<(Connection, int), TaskCompletionSource<NanoConnection>> _dials = new();
    private bool _stopping;

    private NanoPeer(NodeOptions options, StreamProtocol[] protocols)
    {
        CryptoProvider crypto = new ManagedCrypto();
        SystemRandom random = new();
        _transport = new TcpTransport(options.MaxConnections + 2);
        _node = new Node(options, Identity.Create(crypto, random), crypto, random) { Transport = _transport, Events = this };
        _node.Add(_perf);
        _node.Add(_echo);
        _node.Add(_slowEcho);
        foreach (StreamProtocol protocol in protocols)
        {
            _node.Add(protocol);
        }

        Watch();
        PeerId = _node.Identity.PeerId.ToString();
        _thread = new Thread(Run) { IsBackground = true, Name = "NanoPeer" };
    }

    /// <summary>The node's peer id, as text.</summary>
    public string PeerId { get; }

    /// <summary>The node's public key as libp2p's PublicKey message.</summary>
    public byte[] PublicKey => _node.Identity.PublicKeyProtobuf;

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address { get; private set; } = "";

    /// <summary>The most streams that one connection had at the same time while an echo stream was opened.</summary>
    public int MostStreams => _echo.MostAtOnce;

    /// <summary>Starts a node that listens on loopback.</summary>
    /// <param name="options">Its sizes and times; those of a desktop if not said.</param>
    /// <param name="protocols">What it speaks besides identify, ping, perf and echo.</param>
    public static async Task<NanoPeer> StartAsync(NodeOptions? options = null, params StreamProtocol[] protocols)
    {
        NanoPeer peer = new(options ?? NodeOptions.Desktop(), protocols);
        peer._thread.Start();
        peer.Address = await peer.ListenAsync("/ip4/127.0.0.1/tcp/0").ConfigureAwait(false);
        return peer;
    }

    /// <summary>Listens on one more address.</summary>
    /// <returns>The address with its port and the peer id.</returns>
    public Task<string> ListenAsync(string address) => DoAsync(() =>
    {
        Multiaddr? bound = _node.Listen(Multiaddr.Parse(address), out LinkError error);
        return bound?.ToString() ?? throw new NanoPeerException($"can't listen on {address}: {error}");
    });

    /// <summary>Dials.</summary>
    /// <exception cref="NanoPeerException">It failed; <see cref="NanoPeerException.End"/> says why.</exception>
    public async Task<NanoConnection> DialAsync(params string[] addresses)
    {
        Task<NanoConnection> dial = await DoAsync(() =>
        {
            Connection? connection = _node.Dial([.. addresses.Select(Multiaddr.Parse)]);
            if (connection == null)
            {
                throw new NanoPeerException("no connection left to dial with");
            }

            return (_dials[(connection, connection.Serial)] = new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }).ConfigureAwait(false);
        return await dial.WaitAsync(Patience).ConfigureAwait(false);
    }

    /// <summary>Waits for a connection that a peer opens, and takes it.</summary>
    public Task<NanoConnection> WaitForConnectionAsync(string? peerId = null)
        => _connected.TakeAsync(one => peerId == null || one.PeerId == peerId, Patience);

    /// <summary>Waits for the end of a connection, and takes it.</summary>
    public Task<NanoEnd> WaitForEndAsync(NanoConnection connection)
        => _ended.TakeAsync(one => one.Connection == connection.Object && one.Serial == connection.Serial, Patience);

    /// <summary>Waits for the next end of any connection but a failed dial, which <see cref="DialAsync"/> tells, and takes it.</summary>
    public Task<NanoEnd> WaitForEndAsync(Predicate<NanoEnd>? match = null)
        => _ended.TakeAsync(match ?? (_ => true), Patience);

    /// <summary>Closes a connection in order.</summary>
    public Task CloseAsync(NanoConnection connection) => DoAsync(() => Of(connection).Close());

    /// <summary>Whether a connection is still open.</summary>
    public Task<bool> IsOpenAsync(NanoConnection connection)
        => DoAsync(() => connection.Object.Serial == connection.Serial && connection.Object.IsOpen);

    /// <summary>How many streams a connection has now.</summary>
    public Task<int> CountStreamsAsync(NanoConnection connection) => DoAsync(() => Of(connection).OpenStreams);

    /// <summary>How many connections the node has now, those in their handshake included.</summary>
    public Task<int> CountConnectionsAsync() => DoAsync(() => _node.Connections.Count(one => one.State != ConnectionState.Free));

    /// <summary>Ends all connections in order, and the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _asked.Enqueue(() => _stopping = true);
        await _stopped.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override void OnConnected(Connection connection)
    {
        NanoConnection made = NanoConnection.Of(connection);
        if (_dials.TryRemove((connection, connection.Serial), out TaskCompletionSource<NanoConnection>? dial))
        {
            dial.SetResult(made);
        }
        else
        {
            _connected.Add(made);
        }
    }

    /// <inheritdoc/>
    public override void OnClosed(Connection connection)
    {
        NanoEnd end = NanoEnd.Of(connection);
        if (_dials.TryRemove((connection, connection.Serial), out TaskCompletionSource<NanoConnection>? dial))
        {
            dial.SetException(new NanoPeerException("the dial failed", end));
        }
        else
        {
            _ended.Add(end);
        }
    }

    private static Connection Of(NanoConnection connection)
        => connection.Object.Serial == connection.Serial && connection.Object.IsOpen
            ? connection.Object
            : throw new NanoPeerException($"the connection with {connection.PeerId} is not open any more");

    /// <summary>Does something on the node's thread.</summary>
    internal async Task DoAsync(Action action) => await DoAsync(() =>
    {
        action();
        return true;
    }).ConfigureAwait(false);

    /// <summary>Does something on the node's thread, and says what came of it.</summary>
    internal Task<T> DoAsync<T>(Func<T> function)
    {
        TaskCompletionSource<T> result = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                result.SetResult(function());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task;
    }

    private void Run()
    {
        try
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (!_stopping)
            {
                while (_asked.TryDequeue(out Action? action))
                {
                    action();
                }

                long now = clock.ElapsedMilliseconds;
                long next = _node.Poll(now);
                if (next > now)
                {
                    _transport.Wait((int)Math.Min(next - now, NapMs));
                }
            }

            _node.Close();
            _stopped.SetResult();
        }
        catch (Exception e)
        {
            // nothing that a peer does may throw: the test has to fail
            _stopped.SetException(e);
        }
    }
}
