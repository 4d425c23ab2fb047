using System;
using System.Buffers.Binary;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>Items that both processes can make from their number alone.</summary>
public static class KilledItem
{
    /// <summary>The recipient's peer id.</summary>
    public static byte[] Peer { get; } = [0, 36, 8, 1, 18, 32, .. new byte[32]];

    /// <summary>The bytes of an item, 100 to 6,000.</summary>
    /// <param name="number">Which.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Bytes(int number)
    {
        byte[] item = new byte[number % 7 == 0 ? 6000 : 100 + number % 400];
        new Random(number).NextBytes(item);
        BinaryPrimitives.WriteInt32LittleEndian(item.AsSpan(2), number);
        return item;
    }

    /// <summary>Its deposit; one of nine is in a slot.</summary>
    /// <param name="number">Which.</param>
    /// <returns>The deposit.</returns>
    public static PostboxDeposit Deposit(int number)
    {
        byte[] item = Bytes(number);
        return new PostboxDeposit
        {
            Box = BoxId.Of(Peer), Id = ItemId.Of(item), Item = item, Tag = BinaryPrimitives.ReadUInt64LittleEndian(item.AsSpan(2)),
            Slot = number % 9 == 0 ? 1ul + (ulong)(number / 9 % 3) : 0,
        };
    }

    /// <summary>The number of an item.</summary>
    /// <param name="head">Its head.</param>
    /// <returns>What <see cref="Deposit"/> was given.</returns>
    public static int Number(PostboxHead head) => (int)(uint)head.Tag;
}
