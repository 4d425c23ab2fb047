using System;
using System.IO;
using System.Text;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>A request of the desktop's: what it keeps of a reply whatever it has asked.</summary>
internal abstract class GatewayRequest : PostboxRequest
{
    // fields of Reply (SPEC.md 8.1) and the most bytes that are kept of each
    private const int ReasonField = 3;
    private const int ReceiptField = 5;
    private const int RecordField = 6;
    private const int MaxReasonBytes = 120;
    private const int MaxReceiptBytes = 512;

    private readonly MemoryStream _bytes = new();
    private int _field;

    /// <summary>What the gateway says to people; empty for nothing.</summary>
    internal string Reason { get; private set; } = "";

    /// <summary>The receipt as it came, an envelope; null for none.</summary>
    internal byte[]? Receipt { get; private set; }

    /// <summary>The record as it came, an envelope; null for none.</summary>
    internal byte[]? Record { get; private set; }

    /// <summary>The gateway's terms, as far as it told them.</summary>
    internal MailboxTerms Terms { get; private set; } = new();

    internal override bool BeginBytes(int field, ulong length)
    {
        ulong most = field switch
        {
            ReasonField => MaxReasonBytes,
            ReceiptField => MaxReceiptBytes,
            RecordField => PostboxOptions.MaxRecordBytes,
            _ => 0,
        };
        if (length == 0 || length > most)
        {
            return false;
        }

        _field = field;
        _bytes.SetLength(0);
        return true;
    }

    internal override void TakeBytes(int field, byte[] buffer, int offset, int count)
    {
        if (field != _field)
        {
            return;
        }

        _bytes.Write(buffer, offset, count);
        switch (field)
        {
            case ReasonField:
                Reason = Encoding.UTF8.GetString(_bytes.GetBuffer(), 0, (int)_bytes.Length);
                break;
            case ReceiptField:
                Receipt = _bytes.ToArray();
                break;
            default:
                Record = _bytes.ToArray();
                break;
        }
    }

    internal override void TakeNumber(int key, ulong value)
    {
        int number = (int)Math.Min(value, int.MaxValue);
        switch (key)
        {
            case 0x171:
                Terms = Terms with { MaxItems = number };
                break;
            case 0x172:
                Terms = Terms with { MaxBytes = (long)Math.Min(value, long.MaxValue) };
                break;
            case 0x173:
                Terms = Terms with { MaxItemBytes = number };
                break;
            case 0x174:
                Terms = Terms with { MaxTtl = TimeSpan.FromSeconds(number) };
                break;
            case 0x175:
                Terms = Terms with { Work = number };
                break;
            case 0x176:
                Terms = Terms with { IdleDays = number };
                break;
        }
    }

    internal override int Take(int recordCount) => 0;

    internal override int Write(byte[] buffer, int at) => at;
}
