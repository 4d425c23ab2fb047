using NanoLibp2p.Buffers;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Makes or changes the own mailbox.</summary>
internal sealed class ConfigureRequest : GatewayRequest
{
    internal byte[]? OwnRecord { get; init; }

    internal int Work { get; init; }

    internal int TokenEpoch { get; init; }

    internal int MaxItemBytes { get; init; }

    internal int MaxItems { get; init; }

    internal override int Write(byte[] buffer, int at)
    {
        at = OwnRecord == null ? at : ProtobufWriter.WriteBytes(1, OwnRecord, 0, OwnRecord.Length, buffer, at);
        at = Number(3, Work, buffer, at);
        at = Number(4, TokenEpoch, buffer, at);
        at = Number(5, MaxItemBytes, buffer, at);
        return Number(8, MaxItems, buffer, at);
    }

    private static int Number(int field, int value, byte[] buffer, int at)
        => value == 0 ? at : ProtobufWriter.WriteVarint(field, (ulong)value, buffer, at);
}
