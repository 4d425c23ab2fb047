using System;
using System.Collections.Generic;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>The caller's mistakes, the same at every store.</summary>
internal static class StoreArguments
{
    /// <summary>Throws where an entry breaks the contract of <see cref="IPostboxStore.AppendAsync"/>.</summary>
    /// <param name="entries">The entries.</param>
    internal static void CheckDeposits(IReadOnlyList<PostboxDeposit> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        for (int i = 0; i < entries.Count; i++)
        {
            PostboxDeposit one = entries[i];
            if (one.State == PostboxState.Unknown || one.Item.IsEmpty == (one.State == PostboxState.Waiting))
            {
                throw new ArgumentException(
                    $"entry {i} in state {one.State} has {one.Item.Length} bytes; one that waits has a body, a settled one has none",
                    nameof(entries));
            }
        }
    }

    /// <summary>Throws where one breaks the contract of <see cref="IPostboxStore.SettleAsync"/>.</summary>
    /// <param name="settlements">What is to be settled.</param>
    internal static void CheckSettlements(IReadOnlyList<PostboxSettlement> settlements)
    {
        ArgumentNullException.ThrowIfNull(settlements);
        for (int i = 0; i < settlements.Count; i++)
        {
            if (settlements[i].State is PostboxState.Waiting or PostboxState.Unknown)
            {
                throw new ArgumentException($"entry {i} can't be settled as {settlements[i].State}; give what became of it",
                    nameof(settlements));
            }
        }
    }

    /// <summary>Throws where one breaks the contract of <see cref="IPostboxStore.SaveMailboxAsync"/>.</summary>
    /// <param name="mailbox">The mailbox.</param>
    internal static void CheckMailbox(PostboxMailbox mailbox)
    {
        ArgumentNullException.ThrowIfNull(mailbox);
        if (Math.Max(mailbox.Settings.Length, mailbox.Record.Length) > PostboxMailbox.MaxBytes)
        {
            throw new ArgumentException($"settings of {mailbox.Settings.Length} bytes or record of {mailbox.Record.Length} are over "
                + $"{PostboxMailbox.MaxBytes}", nameof(mailbox));
        }
    }
}
