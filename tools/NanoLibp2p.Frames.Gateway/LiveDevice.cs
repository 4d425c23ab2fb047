using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>What a running gateway knows of a device beside what is stored: where it is, its call, and those for it.</summary>
internal sealed class LiveDevice
{
    /// <summary>Where its last frame above all before it came from: answers go there.</summary>
    internal FrameLinkInfo? Link { get; set; }

    /// <summary>Its call, by which a repeat is known (SPEC.md 10); the root that it came under.</summary>
    internal byte[]? CallRoot { get; set; }

    internal int CallId { get; set; } = -1;

    internal int CallMethod { get; set; }

    internal uint CallHash { get; set; }

    /// <summary>Its answer, when there is one.</summary>
    internal Task<FrameReply>? Reply { get; set; }

    /// <summary>Which block is wanted; -1 when it has been given.</summary>
    internal int Block { get; set; } = -1;

    /// <summary>Calls for it, the first under way.</summary>
    internal Queue<PendingCall> Calls { get; } = new();

    internal int NextCallId { get; set; } = Random.Shared.Next(256);

    /// <summary>Malformed inner parts since <see cref="MalformedSince"/> (SPEC.md 12.2).</summary>
    internal int Malformed { get; set; }

    internal TimeSpan MalformedSince { get; set; }
}

/// <summary>A call of the gateway, until it is answered.</summary>
internal sealed class PendingCall(int id, int method, byte[] body)
{
    internal int Id { get; } = id;

    internal int Method { get; } = method;

    internal byte[] Body { get; } = body;

    internal int Sends { get; set; }

    internal TimeSpan SentAt { get; set; } = -TimeSpan.FromHours(1);

    internal TaskCompletionSource<FrameReply> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
