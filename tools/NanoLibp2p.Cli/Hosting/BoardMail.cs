using System;
using System.IO;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware.Mail;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;
using NanoLibp2p.Postbox.Sender;

namespace NanoLibp2p.Cli;

/// <summary>What a virtual board does with its mail: a line for each, and a mailbox made where there is none.</summary>
internal sealed class BoardMail(Multiaddr gateway, Func<PostboxClient?> client, Action<string> log) : MailHandler
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
            log($"mail from {PeerId.FromBytes(mail.Sender, 0, mail.Sender.Length)}: {Encoding.UTF8.GetString(_body.ToArray())}");
        }
    }

    public override bool OnNoMailbox(Connection connection)
    {
        _sender ??= new PostboxSender(client()!, new PostboxSenderOptions { Gateways = [gateway] });
        return _sender.SignRecord() >= 0 && _sender.Configure(connection);
    }
}
