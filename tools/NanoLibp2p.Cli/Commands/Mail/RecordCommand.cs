using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Text.Json.Nodes;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Commands.Mail;

/// <summary><c>mail record</c>: makes one's mailbox, and signs where it is.</summary>
internal static class RecordCommand
{
    private const int MostBits = 32;
    private const int NoStrangers = 255;

    internal static Command Create()
    {
        Option<Multiaddr[]> via = MailOptions.Gateways();
        Option<int> work = new("--work")
        {
            Description = "Bits of work that strangers show, 1 to 32; 255 for no strangers [default: the gateway's own]", HelpName = "N",
        };
        Option<int> epoch = new("--epoch") { Description = "Void tokens that were made with a smaller number", HelpName = "N" };
        Option<bool> noPrekey = new("--no-prekey")
        {
            Description = "Have mail sealed to the key itself: who steals it can read what was recorded, but nothing expires",
        };
        Command command = new("record", "Make one's mailbox at a gateway, and sign for senders where it is; again within 14 days, which "
            + "mail fetch --follow does by itself") { via, work, epoch, noPrekey };
        command.Validators.Add(result =>
        {
            int bits = result.GetValue(work);
            if (bits is < 0 or > MostBits && bits != NoStrangers)
            {
                result.AddError($"--work {bits.ToString(CultureInfo.InvariantCulture)} is no number of bits; give 1 to 32, or 255 for no "
                    + "strangers");
            }
        });
        command.SetAction(parsed => MailSession.Run(parsed, async session =>
        {
            MailboxOptions options = new()
            {
                Work = parsed.GetValue(work), TokenEpoch = parsed.GetValue(epoch), HasPrekeys = !parsed.GetValue(noPrekey),
            };
            await using Mailbox mailbox = FetchCommand.Open(session, parsed.GetValue(via), options);
            PublishedMailbox published = await mailbox.PublishAsync(session.Interrupted);
            PeerMailboxes record = published.Record;
            JsonObject json = Output.Event("record");
            json["peer"] = record.Peer.ToString();
            json["seq"] = record.Sequence;
            json["expires"] = MailCommand.Time(record.Expires);
            json["prekey"] = record.PrekeyNumber;
            json["gateways"] = new JsonArray([.. published.Terms.Keys.Select(one => (JsonNode)one.ToString())]);
            string end = MailCommand.Time(record.Expires);
            session.Output.Tell(json, $"mail for [bold]{record.Peer.ToString()}[/] is kept; sign it again before {end}");
            foreach ((PeerId gateway, MailboxTerms terms) in published.Terms)
            {
                string strangers = terms.Work > MostBits ? "no strangers" : $"strangers show {terms.Work} bits of work";
                session.Output.Note($"  {gateway.ToString()}: {terms.MaxItems} messages of {terms.MaxItemBytes} bytes; {strangers}");
            }

            return 0;
        }));
        return command;
    }
}
