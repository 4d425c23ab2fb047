using System;

namespace nanoFramework.TestFramework;

/// <summary>As nanoFramework.TestFramework has it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CleanupAttribute : Attribute;
