using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A device with our client, on TCP and on a thread of its own.</summary>
internal sealed class Device : PostboxEvents, IAsyncDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentQueue<Action> _asked = new();
    private readonly ConcurrentQueue<int> _ends = new();
    private readonly Node _node;
    private readonly Thread _thread;
    private readonly StringBuilder _body = new();
    private volatile bool _isOver;
    private volatile Exception? _fault;
    private Connection? _connection;

    internal Device(Multiaddr gateway, PostboxOptions? options = null, PostboxSenderOptions? sender = null)
    {
        Gateway = gateway;
        CryptoProvider crypto = DesktopCrypto.Choose();
        _node = new Node(new NodeOptions(), Identity.Create(crypto, new SystemRandom()), crypto, new SystemRandom())
        {
            Transport = new TcpTransport(2),
        };
        Client = new PostboxClient(options ?? new PostboxOptions(), new TestStore(), this);
        _node.Add(Client);
        Sender = new PostboxSender(Client, sender ?? new PostboxSenderOptions());
        _thread = new Thread(Run) { IsBackground = true, Name = "device" };
        _thread.Start();
    }

    internal PeerId Peer => _node.Identity.PeerId;

    /// <summary>Which gateway it dials when it has no connection.</summary>
    internal Multiaddr Gateway { get; set; }

    internal PostboxClient Client { get; }

    internal PostboxSender Sender { get; }

    /// <summary>Bodies that were handed on, in order.</summary>
    internal ConcurrentQueue<string> Heard { get; } = new();

    internal int Hints { get; private set; }

    /// <summary>How the last request ended.</summary>
    internal int LastEnd => _ends.Last();

    /// <summary>Runs one request to its end.</summary>
    /// <returns>Its code.</returns>
    internal async Task<int> RunAsync(Func<Connection, bool> begin)
    {
        int before = _ends.Count;
        await ConnectAsync();
        Assert.True(await DoAsync(() => begin(_connection!)), "the request was not begun");
        await Bed.UntilAsync(() => _ends.Count > before || _fault != null, "the end of a request");
        Assert.Null(_fault);
        return _ends.Last();
    }

    internal Task<int> SyncAsync() => RunAsync(Client.Sync);

    internal Task<int> ConfigureAsync() => RunAsync(Sender.Configure);

    internal Task<byte[]> SealAsync(PeerId to, string body, byte[]? proofKey = null) => DoAsync(() =>
    {
        LetterOptions letter = new() { To = to, ProofKey = proofKey };
        byte[] bytes = Encoding.ASCII.GetBytes(body);
        byte[] item = new byte[PostboxSender.SizeOf(letter, bytes.Length)];
        int count = Sender.Seal(letter, bytes, 0, bytes.Length, item, 0);
        return count > 0 ? item[..count] : throw new InvalidOperationException($"not sealed: {count}");
    });

    internal Task<byte[]> TokenAsync(PeerId holder) => DoAsync(() =>
    {
        byte[] token = new byte[256];
        int count = Sender.WriteToken(holder, uint.MaxValue, 3, 3, token, 0);
        return count > 0 ? token[..count] : throw new InvalidOperationException($"no token: {count}");
    });

    internal async Task<T> DoAsync<T>(Func<T> action)
    {
        TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked.Enqueue(() =>
        {
            try
            {
                done.SetResult(action());
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return await done.Task.WaitAsync(Bed.Patience);
    }

    public override void OnMail(PostboxClient client, Mail mail)
    {
        if (mail.BodyOffset == 0)
        {
            _body.Clear();
        }

        _body.Append(Encoding.Latin1.GetString(mail.Buffer, mail.Offset, mail.Count));
        if (_body.Length == mail.BodyBytes)
        {
            Heard.Enqueue(_body.ToString());
        }
    }

    public override void OnEnd(PostboxClient client, int code) => _ends.Enqueue(code);

    public override void OnWaiting(PostboxClient client) => Hints++;

    public override uint UnixSeconds() => (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public async ValueTask DisposeAsync()
    {
        _isOver = true;
        await Task.Run(_thread.Join);
    }

    private async Task ConnectAsync()
    {
        await DoAsync(() => _connection is { IsOpen: true } ? _connection : _connection = _node.Dial([Gateway]));
        await Bed.UntilAsync(() => _connection!.IsOpen || _fault != null, "a connection of a device");
    }

    private void Run()
    {
        try
        {
            while (!_isOver)
            {
                while (_asked.TryDequeue(out Action? action))
                {
                    action();
                }

                _node.Poll(_clock.ElapsedMilliseconds);
                Thread.Sleep(1);
            }
        }
        catch (Exception e)
        {
            _fault = e;
        }

        _node.Close();
    }
}
