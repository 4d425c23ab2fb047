namespace NanoLibp2p.DeviceProfile.Signs;

/// <summary>The evaluation stack, the locals and the arguments at one point of a method.</summary>
internal sealed class FlowState(IEnumerable<Slot> stack, Slot[] locals, Slot[] arguments)
{
    private readonly List<Slot> _stack = [.. stack];

    public Slot[] Locals { get; } = locals;

    public Slot[] Arguments { get; } = arguments;

    public int Depth => _stack.Count;

    public void Push(Slot slot) => _stack.Add(slot);

    public Slot Pop()
    {
        if (_stack.Count == 0)
        {
            return Slot.Other; // behind unreachable code
        }

        Slot slot = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return slot;
    }

    public void ClearStack() => _stack.Clear();

    public FlowState Copy() => new(_stack, (Slot[])Locals.Clone(), (Slot[])Arguments.Clone());

    /// <summary>The same variables with another stack, as at the start of an exception handler.</summary>
    public FlowState WithStack(params Slot[] newStack) => new(newStack, (Slot[])Locals.Clone(), (Slot[])Arguments.Clone());

    /// <summary>Takes in what is known on another way to the same point. Result: true if anything became less certain.</summary>
    public bool Join(FlowState other, bool widen)
    {
        bool changed = false;
        for (int i = 0; i < Math.Min(_stack.Count, other._stack.Count); i++)
        {
            _stack[i] = Join(_stack[i], other._stack[i], widen, ref changed);
        }

        for (int i = 0; i < Locals.Length; i++)
        {
            Locals[i] = Join(Locals[i], other.Locals[i], widen, ref changed);
        }

        for (int i = 0; i < Arguments.Length; i++)
        {
            Arguments[i] = Join(Arguments[i], other.Arguments[i], widen, ref changed);
        }

        return changed;
    }

    private static Slot Join(Slot mine, Slot theirs, bool widen, ref bool changed)
    {
        Slot joined = mine.Join(theirs);
        if (joined.SameAs(mine))
        {
            return mine;
        }

        changed = true;
        return widen ? joined.Widen() : joined;
    }
}
