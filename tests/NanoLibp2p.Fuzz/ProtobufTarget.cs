using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Fuzz;

/// <summary>First byte: how to read. The rest is read whole and in pieces, which must come to the same.</summary>
internal static class ProtobufTarget
{
    public static void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }
        List<string> whole = Read(input, int.MaxValue);
        List<string> cut = Read(input, 1 + (input[0] >> 4));
        FuzzTarget.Must(string.Join('|', whole) == string.Join('|', cut), "pieces come to something else");
    }

    private static List<string> Read(byte[] input, int most)
    {
        Guarded guarded = new(input.AsSpan(1));
        ProtobufReader reader = new();
        if ((input[0] & 1) != 0)
        {
            reader.ResetDelimited(1000);
        }
        else
        {
            reader.Reset((input[0] & 2) != 0 ? ProtobufReader.Unbounded : (ulong)guarded.Count);
        }

        List<string> events = new();
        int at = guarded.Offset;
        int end = at + guarded.Count;
        int given = Math.Min(most, end - at);
        for (int steps = 0; ; steps++)
        {
            FuzzTarget.Must(steps < 20 + (8 * input.Length), "does not come to an end");
            ProtobufEvent found = reader.Next(guarded.Bytes, at, given);
            FuzzTarget.Must(reader.Consumed >= 0 && reader.Consumed <= given, "consumed what was not given");
            at += reader.Consumed;
            given -= reader.Consumed;
            switch (found)
            {
                case ProtobufEvent.NeedMore:
                    FuzzTarget.Must(given == 0, "wants more with bytes left");
                    if (at == end)
                    {
                        events.Add(reader.MayEnd ? "end" : "open");
                        guarded.Check();
                        return events;
                    }
                    given = Math.Min(most, end - at);
                    break;
                case ProtobufEvent.BytesChunk:
                    FuzzTarget.Must(reader.Consumed > 0, "a chunk of no bytes");
                    break;
                case ProtobufEvent.BytesBegin:
                    events.Add($"{reader.Field}[{reader.Value}]");
                    if ((input[0] & 4) != 0)
                    {
                        reader.Enter();
                    }
                    else if ((input[0] & 8) != 0)
                    {
                        reader.Skip();
                    }
                    break;
                case ProtobufEvent.Malformed:
                case ProtobufEvent.TooLong:
                    events.Add(found.ToString());
                    return events;
                case ProtobufEvent.EndOfMessage when reader.Depth == 0 && reader.MayEnd:
                    events.Add("whole");
                    return events;
                default:
                    events.Add($"{reader.Field}:{found}:{(found == ProtobufEvent.BytesEnd ? 0 : reader.Value)}");
                    break;
            }
        }
    }
}
