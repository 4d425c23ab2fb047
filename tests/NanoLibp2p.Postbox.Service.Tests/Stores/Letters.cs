using System;
using System.Buffers.Binary;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>Mailboxes and items to test stores with; the same number gives the same bytes.</summary>
public static class Letters
{
    /// <summary>Any time.</summary>
    public const uint Now = 1_800_000_000;

    /// <summary>A peer id.</summary>
    /// <param name="number">Which.</param>
    /// <returns>38 bytes.</returns>
    public static byte[] Peer(int number)
    {
        byte[] peer = new byte[38];
        new Random(number).NextBytes(peer);
        "\0$\b\u0001\u0012 "u8.CopyTo(peer);
        return peer;
    }

    /// <summary>Its mailbox.</summary>
    /// <param name="number">Which.</param>
    /// <returns>What its items are kept under.</returns>
    public static BoxId Box(int number) => BoxId.Of(Peer(number));

    /// <summary>The bytes of an item.</summary>
    /// <param name="number">Which.</param>
    /// <param name="size">How many, at least 10.</param>
    /// <returns>The bytes.</returns>
    public static byte[] Item(int number, int size = 208)
    {
        byte[] item = new byte[size];
        new Random(number).NextBytes(item);
        item[0] = 1;
        item[1] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(item.AsSpan(2), number);
        return item;
    }

    /// <summary>A deposit of one.</summary>
    /// <param name="box">Whose mailbox.</param>
    /// <param name="number">Which item.</param>
    /// <param name="slot">In which slot; 0 for none.</param>
    /// <param name="size">Its bytes.</param>
    /// <returns>The deposit.</returns>
    public static PostboxDeposit Deposit(int box, int number, ulong slot = 0, int size = 208)
    {
        byte[] item = Item(number, size);
        return new PostboxDeposit
        {
            Box = Box(box), Id = ItemId.Of(item), Item = item, Tag = BinaryPrimitives.ReadUInt64LittleEndian(item.AsSpan(2)), Slot = slot,
            Arrived = Now + (uint)number, Until = Now + (uint)number + 604_800, Priority = (byte)(number & 3),
            Lane = (byte)(number >> 2 & 3),
        };
    }

    /// <summary>Opens a store, with mailboxes.</summary>
    /// <param name="store">The store.</param>
    /// <param name="mirror">Hears it; null for nobody.</param>
    /// <param name="mailboxes">How many, from 1.</param>
    /// <returns>The store.</returns>
    public static async Task<IPostboxStore> OpenedAsync(this IPostboxStore store, StoreMirror? mirror = null, int mailboxes = 0)
    {
        await store.OpenAsync((mirror ?? new StoreMirror()).Apply);
        for (int i = 1; i <= mailboxes; i++)
        {
            await store.SaveMailboxAsync(new PostboxMailbox(Peer(i), 1));
        }

        return store;
    }

    /// <summary>Appends one entry.</summary>
    /// <param name="store">The store.</param>
    /// <param name="deposit">The entry.</param>
    /// <returns>What became of it.</returns>
    public static async Task<PostboxAppend> AppendOneAsync(this IPostboxStore store, PostboxDeposit deposit) =>
        (await store.AppendAsync([deposit]))[0];

    /// <summary>Settles one item.</summary>
    /// <param name="store">The store.</param>
    /// <param name="head">Its head.</param>
    /// <param name="state">As what.</param>
    /// <param name="proof">With which proof.</param>
    /// <returns>What became of it.</returns>
    public static async Task<PostboxSettled> SettleOneAsync(this IPostboxStore store, PostboxHead head,
        PostboxState state = PostboxState.Delivered, ulong proof = 0) =>
        (await store.SettleAsync([new PostboxSettlement(head, state, proof)]))[0];

    /// <summary>Reads a whole body.</summary>
    /// <param name="store">The store.</param>
    /// <param name="head">Its head.</param>
    /// <returns>The bytes; null when it does not wait.</returns>
    public static async Task<byte[]?> ReadWholeAsync(this IPostboxStore store, PostboxHead head)
    {
        byte[] body = new byte[head.Size + 1];
        int count = await store.ReadAsync(head, 0, body);
        return count < 0 ? null : body[..count];
    }
}
