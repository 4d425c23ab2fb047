using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware.Mail;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A program that writes its mail down, and ends when its mailbox is empty if it is told to.</summary>
internal sealed class Reader : MailHandler
{
    private readonly StringBuilder _body = new();

    /// <summary>Bodies of what was handed on for the first time, in order.</summary>
    public List<string> Heard { get; } = [];

    /// <summary>Bodies of what may have been handed on before.</summary>
    public List<string> Again { get; } = [];

    /// <summary>How each asking of the mailbox ended.</summary>
    public List<int> Ends { get; } = [];

    public Func<Connection, bool>? Opens { get; set; }

    public Func<Postbox.Mail, bool>? Wish { get; set; }

    public override bool Wants(Postbox.Mail mail) => Wish?.Invoke(mail) ?? true;

    public override void OnMail(Postbox.Mail mail)
    {
        if (mail.BodyOffset == 0)
        {
            _body.Clear();
        }

        _body.Append(Encoding.Latin1.GetString(mail.Buffer, mail.Offset, mail.Count));
        if (_body.Length == mail.BodyBytes)
        {
            (mail.SeenBefore ? Again : Heard).Add(_body.ToString());
        }
    }

    public override bool OnNoMailbox(Connection gateway) => Opens?.Invoke(gateway) ?? false;

    public override void OnSynced(Device device, int code) => Ends.Add(code);
}
