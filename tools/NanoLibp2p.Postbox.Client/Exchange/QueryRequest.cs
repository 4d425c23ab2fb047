using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Asks for one item's fate.</summary>
internal sealed class QueryRequest(PeerId to, byte[] id) : GatewayRequest
{
    private bool _hasFate;

    /// <summary>What became of it, as the gateway says.</summary>
    internal MailFate Fate { get; private set; }

    /// <summary>The recipient's proof; 0 for none.</summary>
    internal ulong Proof { get; private set; }

    /// <summary>Until when it is kept, in Unix seconds.</summary>
    internal uint Until { get; private set; }

    internal override int Write(byte[] buffer, int at)
    {
        at = ProtobufWriter.WriteLength(1, to.Length, buffer, at);
        at += to.CopyTo(buffer, at);
        return ProtobufWriter.WriteBytes(2, id, 0, id.Length, buffer, at);
    }

    internal override void TakeNumber(int key, ulong value)
    {
        switch (key)
        {
            // of several fates, which nobody asked for, the first
            case 0x291 when !_hasFate:
                Fate = value <= (ulong)MailFate.Expired ? (MailFate)value : MailFate.Unknown;
                _hasFate = true;
                break;
            case 0x292:
                Proof = value;
                break;
            case 0x293:
                Until = (uint)value;
                break;
            default:
                base.TakeNumber(key, value);
                break;
        }
    }
}
