using System;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;
using NanoLibp2p.Postbox.Calls;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>A device on a radio that takes its mail when its gateway says that some waits. Of the host: virtual boards.</summary>
internal class RadioMailDevice : RadioDevice
{
    // what a frame has room for is less
    private const int LongestCall = 128;

    private readonly PostboxClient _mail;
    private readonly PostboxCalls _calls;
    private readonly PeerId _gateway;
    private readonly byte[] _call = new byte[LongestCall];
    private readonly int _room;

    // the last time nothing waited, so what the gateway speaks of is a call of its own
    private bool _isInVain;

    internal RadioMailDevice(IFrameLink link, FrameNodeOptions options, FrameSecrets secrets, Identity identity, PeerId gateway,
        IStore store)
        : base(link, options, secrets, identity, store, new SystemRandom())
    {
        _gateway = gateway;
        _room = Math.Min(LongestCall, link.Mtu - 27);

        // lends cryptography, identity and random numbers
        Node lender = new(new NodeOptions { MaxConnections = 1, MaxHandshakes = 1 }, identity, DesktopCrypto.Choose(), new SystemRandom());
        _mail = new PostboxClient(new PostboxOptions(), store, new Events(this));
        lender.Add(_mail);
        _calls = new PostboxCalls(_mail);
    }

    /// <summary>Whether it takes mail just now: a board stays awake meanwhile.</summary>
    internal bool IsTakingMail => _mail.IsBusy;

    /// <inheritdoc/>
    public override void OnMailWaits(FrameNode node)
    {
        if (_mail.IsBusy)
        {
            return;
        }

        if (_isInVain)
        {
            _isInVain = false;
            node.Ask();
            return;
        }

        _isInVain = true;
        Call();
    }

    /// <inheritdoc/>
    public override bool OnAnswer(FrameNode node, int status, int block, byte[] body, int offset, int count, bool more)
    {
        bool isWanted = _calls.TakeAnswer(status, block, body, offset, count, more);
        if (_calls.IsCallDue)
        {
            Call();
        }

        return isWanted;
    }

    /// <summary>Mail came, each message once.</summary>
    protected virtual void OnMail(PeerId sender, byte[] body)
    {
    }

    private void Call()
    {
        int count = _calls.WriteCall(_gateway, _call, 0, _room);
        if (count >= 0 && Node.Call(PostboxCalls.MailMethod, _call, 0, count) != 0)
        {
            _calls.TakeAnswer(-1, 0, _call, 0, 0, false);
        }
    }

    private sealed class Events(RadioMailDevice device) : PostboxEvents
    {
        private readonly MemoryStream _body = new();

        public override void OnMail(PostboxClient client, Mail mail)
        {
            device._isInVain = false;
            if (mail.BodyOffset == 0)
            {
                _body.SetLength(0);
            }

            _body.Write(mail.Buffer, mail.Offset, mail.Count);
            if (_body.Length == mail.BodyBytes)
            {
                device.OnMail(PeerId.FromBytes(mail.Sender, 0, mail.Sender.Length), _body.ToArray());
            }
        }

        public override uint UnixSeconds() => device.Node.Clock;
    }
}
