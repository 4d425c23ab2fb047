using System;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Fuzz;

/// <summary>
/// First byte: bit 0 a stop message, bit 1 with a peer's id kept rather than an address, the rest how it is cut. A message is read whole
/// and in pieces, which must come to the same: by the device's reader, and by that of desktops.
/// </summary>
internal static class RelayTarget
{
    public static void Run(byte[] input)
    {
        if (input.Length > 0)
        {
            FuzzTarget.Must(Read(input, int.MaxValue) == Read(input, 1 + (input[0] >> 4)), "pieces come to something else");
            FuzzTarget.Must(Take(input, int.MaxValue) == Take(input, 1 + (input[0] >> 4)), "pieces come to something else on a device");
        }
    }

    private static string Read(byte[] input, int most)
    {
        Guarded guarded = new(input.AsSpan(1));
        RelayMessage message = new(new byte[(input[0] & 2) != 0 ? PeerId.MaxBytes : RelayMessage.MaxAddressBytes]);
        message.Begin((input[0] & 1) != 0);
        int at = guarded.Offset;
        int end = at + guarded.Count;
        while (at < end && !message.IsWhole)
        {
            int given = Math.Min(most, end - at);
            int used = message.Receive(guarded.Bytes, at, given);
            if (used < 0)
            {
                return "malformed";
            }

            FuzzTarget.Must(used <= given && (used == given || message.IsWhole), "consumed what was not given, or left what was");
            at += used;
        }

        guarded.Check();
        FuzzTarget.Must(message.PeerCount <= PeerId.MaxBytes, "an id longer than any");
        FuzzTarget.Must(message.AddressCount <= RelayMessage.MaxAddressBytes, "an address longer than its buffer");
        return $"{message.IsWhole} {at - guarded.Offset} {message.Type} {message.Status} {message.Expire} {message.HasLimit} "
            + $"{message.LimitSeconds} {message.LimitBytes} {message.PeerCount} {message.AddressCount}";
    }

    private static string Take(byte[] input, int most)
    {
        Guarded guarded = new(input.AsSpan(1));
        Circuit circuit = new();
        circuit.Begin((input[0] & 1) != 0 ? Circuit.StopLimitField : Circuit.HopLimitField, 0);
        int at = guarded.Offset;
        int end = at + guarded.Count;
        while (at < end && circuit.Phase == Circuit.Reading)
        {
            int given = Math.Min(most, end - at);
            int used = circuit.Take(guarded.Bytes, at, given);
            if (used < 0)
            {
                return "malformed";
            }

            FuzzTarget.Must(used <= given && (used == given || circuit.Phase == Circuit.Whole), "consumed what was not given, or left it");
            at += used;
        }

        guarded.Check();
        return $"{circuit.Phase} {at - guarded.Offset} {circuit.Type} {circuit.Status} {circuit.Expire} {circuit.IsLimited} "
            + $"{circuit.PeerBytes}";
    }
}
