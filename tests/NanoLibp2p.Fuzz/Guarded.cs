using System;

namespace NanoLibp2p.Fuzz;

/// <summary>An input in the midst of a larger array, whose other bytes nobody may touch.</summary>
internal sealed class Guarded
{
    private const int Margin = 24;
    private const byte Poison = 0xD7;

    public Guarded(ReadOnlySpan<byte> input, int room = 0)
    {
        Bytes = new byte[Margin + input.Length + room + Margin];
        Count = input.Length;
        Room = room;
        Bytes.AsSpan().Fill(Poison);
        input.CopyTo(Bytes.AsSpan(Margin));
    }

    public byte[] Bytes { get; }

    public int Offset => Margin;

    public int Count { get; }

    private int Room { get; }

    public void Check()
    {
        FuzzTarget.Must(Bytes.AsSpan(0, Margin).IndexOfAnyExcept(Poison) < 0, "wrote before the buffer");
        FuzzTarget.Must(Bytes.AsSpan(Margin + Count + Room).IndexOfAnyExcept(Poison) < 0, "wrote behind the buffer");
    }
}
