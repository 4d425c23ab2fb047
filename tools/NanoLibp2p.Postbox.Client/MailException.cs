using System;
using System.IO;

namespace NanoLibp2p.Postbox.Client;

/// <summary>Mail could not be sent or taken. Its message says what happened, with whom, and what to do.</summary>
public sealed class MailException : IOException
{
    internal MailException(MailError error, string message, int code = 0, TimeSpan retryAfter = default, Exception? inner = null)
        : base(message, inner)
    {
        Error = error;
        Code = code;
        RetryAfter = retryAfter;
    }

    /// <summary>Which kind.</summary>
    public MailError Error { get; }

    /// <summary>The gateway's code (SPEC.md 17); 0 when it is not the gateway that said so.</summary>
    public int Code { get; }

    /// <summary>The id in hex of what was sealed and that no gateway has taken for sure, for <see cref="MailSender.ResendAsync"/>; null
    /// when nothing was sealed.</summary>
    public string? MessageId { get; internal set; }

    /// <summary>When the gateway wants to be asked again; zero when it did not say.</summary>
    public TimeSpan RetryAfter { get; }
}
