using System;
using NanoLibp2p.Host;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>What a request's end means (SPEC.md 17), in words that say what to do.</summary>
internal static class GatewayCodes
{
    internal const int WorkRequired = 406;
    internal const int Moved = 405;
    internal const int NoMailbox = 404;

    /// <summary>Whether another gateway, or the same one later, may answer otherwise.</summary>
    internal static bool IsTemporary(int code) => code is PostboxResult.NoAnswer or >= 500;

    /// <summary>The exception of a code that is not 0.</summary>
    /// <param name="code">The code.</param>
    /// <param name="gateway">Who said so, for people.</param>
    /// <param name="whose">Whose mailbox it is about, for people.</param>
    /// <param name="reason">What the gateway said to people.</param>
    /// <param name="retrySeconds">When it wants to be asked again.</param>
    /// <param name="streamError">Why the stream ended, if it did.</param>
    internal static MailException Explain(int code, string gateway, string whose, string reason, int retrySeconds, Exception? streamError)
    {
        (MailError error, string text) = code switch
        {
            PostboxResult.NoAnswer when streamError is Libp2pException { Error: Libp2pError.ProtocolRefused } => (MailError.NotAPostbox,
                $"{gateway} keeps no mail at all; give a gateway that does"),
            PostboxResult.NoAnswer => (MailError.Unreachable,
                $"{gateway} has not answered{(streamError == null ? "" : ": " + streamError.Message)}; try again, it takes the same once"),
            PostboxResult.StoreFailed => (MailError.StoreFailed, "the mailbox's file took no write; make room on its disk"),
            PostboxResult.Unreadable => (MailError.Malformed,
                $"{gateway} gave four items that can't be opened, so no more are taken from it now"),
            < 0 => (MailError.Malformed, $"{gateway} gave an answer that is none of the postbox protocol"),
            400 or 401 => (MailError.Refused, $"{gateway} does not understand the request (code {code}); is one of both ends older?"),
            402 => (MailError.TooLong, $"the message is longer than {gateway} takes for {whose}; send less"),
            403 => (MailError.Denied, $"{gateway} takes nothing from here for {whose}: the token is another's, expired or revoked, or "
                + "none was shown and strangers may not write; ask the recipient for one"),
            NoMailbox => (MailError.NoMailbox, $"{gateway} keeps no mail for {whose}"),
            Moved => (MailError.Moved, $"the mailbox of {whose} has moved away from {gateway}, and no newer record is known"),
            WorkRequired => (MailError.WorkRequired, $"{gateway} asks for more work than is allowed here"),
            407 => (MailError.NotAdmitted, $"{gateway} gives {whose} no mailbox; its operator admits it by: nanolibp2p gateway "
                + $"token {whose}"),
            408 => (MailError.Refused, $"{gateway} has a newer record of {whose}; sign it anew"),
            500 => (MailError.MailboxFull, $"the mailbox of {whose} at {gateway} is full for this sender; try again when the recipient has "
                + "taken its mail, or with a token of a higher lane"),
            501 => (MailError.TryLater, $"{gateway} is asked too often; try again later"),
            502 => (MailError.TryLater, $"{gateway} has no room left; try another gateway, or later"),
            503 => (MailError.TryLater, $"the store of {gateway} does not answer; try again later"),
            _ => (code >= 500 ? MailError.TryLater : MailError.Refused, $"{gateway} has refused with code {code}"),
        };
        text += retrySeconds > 0 && code >= 500 ? $" (in {retrySeconds} s)" : "";
        text += reason.Length > 0 ? $"; it says: {reason}" : "";
        return new MailException(error, text, Math.Max(code, 0), TimeSpan.FromSeconds(Math.Max(retrySeconds, 0)));
    }
}
