using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What a service would know of a store: an index made of nothing but the changes that it told, and all of them in order.
/// Refuses changes that can't be. From any thread.</summary>
public sealed class StoreMirror
{
    private readonly Dictionary<(BoxId Box, ItemId Id), PostboxHead> _heads = [];
    private readonly Dictionary<BoxId, PostboxMailbox> _mailboxes = [];
    private readonly List<PostboxChange> _changes = [];
    private long _last;

    /// <summary>What was told, in order.</summary>
    public PostboxChange[] Changes
    {
        get
        {
            lock (_changes)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>The heads that there are, in order of arrival.</summary>
    public PostboxHead[] Heads
    {
        get
        {
            lock (_changes)
            {
                return [.. _heads.Values.OrderBy(one => one.Sequence)];
            }
        }
    }

    /// <summary>Those that wait.</summary>
    public PostboxHead[] Waiting => [.. Heads.Where(one => one.IsWaiting)];

    /// <summary>The mailboxes that there are.</summary>
    public PostboxMailbox[] Mailboxes
    {
        get
        {
            lock (_changes)
            {
                return [.. _mailboxes.Values];
            }
        }
    }

    /// <summary>The observer.</summary>
    /// <param name="change">What changed.</param>
    public void Apply(PostboxChange change)
    {
        lock (_changes)
        {
            _changes.Add(change);
            switch (change.Kind)
            {
                case PostboxChangeKind.MailboxSaved:
                    _mailboxes[change.Box] = change.Mailbox!;
                    break;
                case PostboxChangeKind.MailboxDropped:
                    Must(_mailboxes.Remove(change.Box), change);
                    foreach ((BoxId Box, ItemId Id) key in _heads.Keys.Where(one => one.Box == change.Box).ToArray())
                    {
                        _heads.Remove(key);
                    }

                    break;
                case PostboxChangeKind.Appended or PostboxChangeKind.Replaced:
                    Must(_mailboxes.ContainsKey(change.Box) && change.Head!.Sequence > _last, change);
                    _last = change.Head!.Sequence;
                    if (change.Kind == PostboxChangeKind.Replaced)
                    {
                        Must(_heads[Key(change.Former!)].IsWaiting && change.Former!.State == PostboxState.Replaced, change);
                        _heads[Key(change.Former!)] = change.Former!;
                    }

                    Forget(change.Forgotten, change);
                    Must(_heads.TryAdd(Key(change.Head), change.Head), change);
                    break;
                case PostboxChangeKind.Settled:
                    Must(_heads[Key(change.Head!)].IsWaiting && !change.Head!.IsWaiting, change);
                    _heads[Key(change.Head!)] = change.Head!;
                    Forget(change.Forgotten, change);
                    break;
                default:
                    Forget(change.Head, change);
                    break;
            }
        }
    }

    private static (BoxId Box, ItemId Id) Key(PostboxHead head) => (head.Box, head.Id);

    private static void Must(bool isTrue, in PostboxChange change)
    {
        if (!isTrue)
        {
            throw new InvalidOperationException($"{change.Kind} of {change.Head?.Sequence} can't be after what was told before");
        }
    }

    private void Forget(PostboxHead? head, in PostboxChange change)
    {
        if (head != null)
        {
            Must(_heads.Remove(Key(head)), change);
        }
    }
}
