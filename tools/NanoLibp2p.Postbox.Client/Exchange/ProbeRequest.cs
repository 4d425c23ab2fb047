namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>A Sync that only counts what waits: 5 bytes.</summary>
internal sealed class ProbeRequest : GatewayRequest
{
    /// <summary>Bytes of what waits.</summary>
    internal ulong Bytes { get; private set; }

    internal override void TakeNumber(int key, ulong value)
    {
        if (key == 0x1A2)
        {
            Bytes = value;
        }
        else
        {
            base.TakeNumber(key, value);
        }
    }
}
