using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>A virtual board that takes its mail when it wakes and sleeps when there is none; what it knows outlives that.</summary>
internal sealed class SleepingBoard : IDisposable
{
    private readonly MemoryStore _store = new();
    private readonly DeviceSettings _settings;
    private readonly Multiaddr _gateway;
    private readonly ConcurrentQueue<string> _mail = new();
    private VirtualBoard? _board;
    private Device? _device;
    private Thread? _thread;

    internal SleepingBoard(GatewayHost gateway, Identity identity)
    {
        byte[] key = identity.ToProtobuf();
        _store.Write(DeviceIdentity.StoreName, key, 0, key.Length);
        _gateway = gateway.Node.ListenAddresses[0];
        _settings = DeviceSettings.Parse(
            $"dial = {_gateway}\ntopic = {TestBoard.Topic}\nevery = 200\nmailbox = {_gateway}\nmail-every = 1000\n");
    }

    /// <summary>What it was sent, so far.</summary>
    internal IReadOnlyList<string> Mail => [.. _mail];

    /// <summary>Whether it has gone to sleep.</summary>
    internal bool IsAsleep => _thread is not { IsAlive: true };

    /// <summary>Wakes it.</summary>
    /// <param name="staysAwake">Whether it goes on when there is no more mail.</param>
    internal void Wake(bool staysAwake = false)
    {
        Sleep();
        MailDevice? mail = null;
        mail = new MailDevice(new Handler(this, () => mail!.Client, staysAwake));
        _board = new VirtualBoard("sleeping board", _store);
        _device = mail.Create(_board, _settings);
        _thread = new Thread(_device.Run) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>Has it sleep.</summary>
    internal void Sleep()
    {
        _device?.Stop();
        _thread?.Join();
        _board?.Dispose();
        _board = null;
    }

    public void Dispose() => Sleep();

    private sealed class Handler(SleepingBoard board, Func<PostboxClient> client, bool staysAwake) : MailHandler
    {
        private readonly MemoryStream _body = new();
        private PostboxSender? _sender;

        public override void OnMail(NanoLibp2p.Postbox.Mail mail)
        {
            if (mail.BodyOffset == 0)
            {
                _body.SetLength(0);
            }

            _body.Write(mail.Buffer, mail.Offset, mail.Count);
            if (_body.Length == mail.BodyBytes)
            {
                board._mail.Enqueue(Encoding.UTF8.GetString(_body.ToArray()));
            }
        }

        public override bool OnNoMailbox(Connection gateway)
        {
            _sender ??= new PostboxSender(client(), new PostboxSenderOptions { Gateways = [board._gateway] });
            return _sender.SignRecord() >= 0 && _sender.Configure(gateway);
        }

        public override void OnSynced(Device device, int code)
        {
            if (code == 0 && !staysAwake)
            {
                device.Stop();
            }
        }
    }
}
